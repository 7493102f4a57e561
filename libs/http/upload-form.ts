import type { Readable } from 'node:stream';

/** A file of a multipart body, on its way in. */
export interface UploadStream {
  /** Name of its field. */
  readonly field: string;
  /** As the client named it: shown to nobody, part of no object key. */
  readonly filename: string;
  /** As the client claims. */
  readonly contentType: string;
  /** The bytes, with backpressure up to the client. Fails with BODY_TOO_LARGE beyond the endpoint's limit, and when the client leaves. */
  readonly stream: Readable;
}

/** What became of the files of a form, and its other fields. */
export interface Received<Input, Stored> {
  readonly input: Input;
  /** By field name; a field that had no file, or an empty one, is absent. */
  readonly files: ReadonlyMap<string, Stored>;
}

/**
 * The body of an upload. Its fields stand before or after the files, the token too, so a handler first stores the files and
 * then learns what they are for.
 */
export interface UploadForm<Input> {
  /**
   * Hands each file to `store` as it arrives, then reads the rest of the form, authenticates and validates it.
   * When anything fails, `discard` gets whatever was stored, and nothing is left behind.
   *
   * @throws DoulError UNAUTHENTICATED, INVALID_PARAMETER, CONFLICTING_PARAMETER, BODY_TOO_LARGE, UNREADABLE_BODY
   */
  receive<Stored>(
    store: (file: UploadStream) => Promise<Stored>,
    discard: (stored: Stored) => Promise<void>,
  ): Promise<Received<Input, Stored>>;
}
