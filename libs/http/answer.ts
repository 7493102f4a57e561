import fastJson from 'fast-json-stringify';
import { z } from 'zod';
import type { Language } from './call.js';
import type { AnyEndpoint } from './endpoint.js';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** What status_msg says when all went well; never empty. */
const SUCCESS: Record<Language, string> = { en: 'success', zh: '成功' };

const heads: Record<Language, string> = {
  en: `{"status_code":0,"status_msg":"${SUCCESS.en}"`,
  zh: `{"status_code":0,"status_msg":"${SUCCESS.zh}"`,
};

/** Start of a successful answer, up to where a comma and the payload's fields follow: for handlers that join bytes themselves. */
export const answerHead = (language: Language): string => heads[language];

interface RawOptions {
  readonly type?: string;
  readonly headers?: readonly string[];
  readonly isReusable?: boolean;
}

/** A complete answer that the handler has serialised itself, envelope included; JSON unless its type says otherwise. */
export class RawAnswer {
  readonly type: string;
  /** Further headers: names and values in turn. */
  readonly headers: readonly string[];
  /** Whether `body` is an `answerBuffer` that nobody else holds, so that its memory is used again once it is sent. */
  readonly isReusable: boolean;

  constructor(
    readonly body: Buffer | string,
    { type = JSON_TYPE, headers = [], isReusable = false }: RawOptions = {},
  ) {
    this.type = type;
    this.headers = headers;
    this.isReusable = isReusable;
  }
}

/** JSON Schema of plain answers for the serialiser: everything inline, descriptions dropped with it. */
function jsonSchemaOf(endpoint: AnyEndpoint): Parameters<typeof fastJson>[0] {
  const schema: unknown = z.toJSONSchema(z.object(endpoint.answer), { target: 'draft-7', io: 'output', metadata: z.registry() });
  return schema as Parameters<typeof fastJson>[0];
}

/**
 * A function that turns an answer into the body. It writes exactly the declared fields, in their order.
 * Built on first use: compiling costs milliseconds, which a booting process has better uses for.
 */
export function serializerOf(endpoint: AnyEndpoint): (answer: object, language: Language) => string {
  let stringify: ((answer: object) => string) | undefined;
  return (answer, language) => {
    stringify ??= fastJson(jsonSchemaOf(endpoint));
    const fields = stringify(answer);
    return fields.length > 2 ? `${heads[language]},${fields.slice(1)}` : `${heads[language]}}`;
  };
}
