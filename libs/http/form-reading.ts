import { CommonErrors } from '@doul/contracts';
import { childLog, contextFields, type RequestContext } from '@doul/runtime';
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import { newFormParser, type FormFields } from './form-fields.js';
import type { UploadStream } from './upload-form.js';

const log = childLog('http');

/** What stands in a multipart body around its files: names, boundaries, other fields; in bytes. */
const FORM_OVERHEAD_BYTES = 1_048_576;

export interface ReadingRules {
  /** Fields that may hold a file; other files are skipped. */
  names: readonly string[];
  /** Largest size of one file. */
  maxBytes: number;
  /** Runs before a file is taken; throws to refuse it. */
  beforeFile: () => void;
}

/**
 * One pass over a multipart body: fields are collected, files are handed to `store` while they arrive. Nothing of a file is
 * kept here: the parser stops reading from the client while the receiver of a file is slower than it.
 */
export class FormReading<Stored> {
  private readonly storing = new Map<string, Promise<Stored>>();
  private current: BusboyFileStream | undefined;

  constructor(
    private readonly raw: IncomingMessage,
    private readonly fields: FormFields,
    private readonly rules: ReadingRules,
    private readonly store: (file: UploadStream) => Promise<Stored>,
  ) {}

  /** Reads to the end. @throws DoulError BODY_TOO_LARGE, UNREADABLE_BODY, and whatever `store` or `beforeFile` throws */
  async files(): Promise<Map<string, Stored>> {
    const { names, maxBytes } = this.rules;
    if (Number(this.raw.headers['content-length'] ?? 0) > maxBytes * names.length + FORM_OVERHEAD_BYTES)
      throw CommonErrors.BODY_TOO_LARGE();
    await this.read(newFormParser(this.raw.headers, maxBytes));
    const files = new Map<string, Stored>();
    for (const [name, stored] of this.storing) files.set(name, await stored);
    return files;
  }

  /** Undoes what was stored; what cannot be undone is logged. */
  async discard(undo: (stored: Stored) => Promise<void>, context: RequestContext): Promise<void> {
    for (const stored of await Promise.allSettled(this.storing.values())) {
      if (stored.status === 'rejected') continue;
      await undo(stored.value).catch((error: unknown) =>
        log.error({ ...contextFields(context), err: error }, 'could not discard an uploaded file'),
      );
    }
  }

  private read(parser: BusboyInstance): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        this.raw.off('close', gone);
        this.raw.unpipe(parser);
        this.raw.resume();
        const reason = error instanceof Error ? error : new Error(String(error));
        this.current?.destroy(reason);
        parser.on('error', () => undefined);
        reject(reason);
      };
      const gone = (): void => {
        if (!this.raw.complete) fail(CommonErrors.UNREADABLE_BODY());
      };
      const attempt = (work: () => void): void => {
        try {
          work();
        } catch (error) {
          fail(error);
        }
      };
      parser.on('field', (name, value, _nameCut, cut) => attempt(() => this.fields.add(name, value, cut)));
      parser.on('file', (name, stream, filename, _encoding, type) => attempt(() => this.take({ name, stream, filename, type }, fail)));
      for (const event of ['partsLimit', 'fieldsLimit'] as const) parser.on(event, () => fail(CommonErrors.BODY_TOO_LARGE()));
      parser.on('error', (error) => fail(CommonErrors.UNREADABLE_BODY({}, error)));
      parser.on('finish', () => {
        this.raw.off('close', gone);
        resolve();
      });
      this.raw.on('close', gone);
      this.raw.pipe(parser);
    });
  }

  private take(part: { name: string; stream: BusboyFileStream; filename: string; type: string }, fail: (error: unknown) => void): void {
    const { name, stream, filename } = part;
    stream.on('error', () => undefined);
    // An input of type file without a choice sends an empty part with an empty name.
    if (!this.rules.names.includes(name) || !filename) return void stream.resume();
    if (this.storing.has(name)) throw CommonErrors.CONFLICTING_PARAMETER({ parameter: name });
    this.rules.beforeFile();
    this.current = stream;
    stream.on('limit', () => fail(CommonErrors.BODY_TOO_LARGE()));
    const stored = this.store({ field: name, filename, contentType: part.type, stream });
    // A receiver that did not want all of it must not stop the rest of the form.
    stored.then(() => stream.resume(), fail);
    this.storing.set(name, stored);
  }
}
