import { CommonErrors } from '@doul/contracts';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import type { IncomingHttpHeaders } from 'node:http';
import { problems } from './problems.js';
import { ReadBody } from './sources.js';

/** Limits of a multipart form, apart from its files. The longest text parameter (1,000 characters) has at most 4,000 bytes. */
const FORM_LIMITS = { fieldNameSize: 100, fieldSize: 16_384, fields: 64, parts: 72, headerPairs: 50 };

/** A parser for a multipart body. @throws DoulError UNREADABLE_BODY when the header names no boundary */
export function newFormParser(headers: IncomingHttpHeaders, maxFileBytes: number): BusboyInstance {
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits: { ...FORM_LIMITS, fileSize: maxFileBytes } });
  } catch (error) {
    throw CommonErrors.UNREADABLE_BODY({}, error);
  }
}

/** The fields of a form as they come in; a repeated name becomes an array. */
export class FormFields {
  readonly values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly repeats = true;

  asBody(): ReadBody {
    return new ReadBody(this.values, true);
  }

  /** @throws DoulError INVALID_PARAMETER for a field longer than any parameter */
  add(name: string, value: string, cut: boolean): void {
    if (cut) {
      const { en, zh } = problems.tooLong(FORM_LIMITS.fieldSize);
      throw CommonErrors.INVALID_PARAMETER({ parameter: name.slice(0, FORM_LIMITS.fieldNameSize), problem: en, problem_zh: zh });
    }
    const known = this.values[name];
    if (known === undefined) this.values[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else this.values[name] = [known, value];
  }
}
