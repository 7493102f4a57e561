import type { Readable } from 'node:stream';

/** Bytes of an object, both ends included; no end = up to the last. */
export interface Range {
  readonly start: number;
  readonly end?: number;
}

export interface PutOptions {
  readonly contentType: string;
  /** Keys are never reused, so the default lets clients keep an object for a year. */
  readonly cacheControl?: string;
  /** Who may read it without a signature, whatever the bucket says; default: as the bucket. A private object is not cached by default. */
  readonly access?: 'private' | 'public-read';
}

export interface SignReadOptions {
  /** The address is good for at least this long, in seconds. With the window at most 7 days. */
  readonly seconds: number;
  /** For this long, in seconds, everybody is given the same address, so that caches hit. Default: each call makes a new one. */
  readonly window?: number;
}

export interface SignPartOptions {
  readonly seconds: number;
  /** Bytes of the part: the address takes no other number. */
  readonly size: number;
}

/** A multipart upload that was neither completed nor aborted. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  /** Unix ms. */
  readonly startedAt: number;
}

export interface PutStreamOptions extends PutOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Stored {
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
}

export interface ObjectInfo extends Stored {
  readonly key: string;
  /** Unix ms. */
  readonly modified: number;
  /** Unknown in listings. */
  readonly contentType?: string;
}

export interface Part extends Stored {
  /** 1-10,000. */
  readonly number: number;
}

/** Large uploads in parts of at least 100 KB (the last may be smaller), in any order, resumable. */
export interface MultipartUploads {
  /** Begins an upload and returns its id. */
  start(key: string, options: PutOptions): Promise<string>;
  /** Stores one part; the same number again replaces it. The stream must have exactly `size` bytes. */
  putPart(key: string, uploadId: string, number: number, stream: Readable, size: number): Promise<Part>;
  /** Address for a client to PUT one part to. It has to keep the ETag of the answer. */
  signPart(key: string, uploadId: string, number: number, options: SignPartOptions): string;
  /** What is stored. @throws StorageError not-found when the upload was completed or aborted */
  parts(key: string, uploadId: string): Promise<Part[]>;
  /** Open uploads by ascending key; paged like `list`. */
  list(prefix: string, cursor: string, count: number): Promise<{ uploads: OpenUpload[]; next: string }>;
  /** Joins the parts into the object; before that nothing is visible. */
  complete(key: string, uploadId: string, parts: readonly Pick<Part, 'number' | 'etag'>[]): Promise<void>;
  /** Removes the upload and its parts; one that is gone is a success. */
  abort(key: string, uploadId: string): Promise<void>;
}

/**
 * The media store in the product's own terms. Every call has a deadline and fails with a `StorageError`, or with UNAVAILABLE
 * when the store is away.
 */
export interface ObjectStore {
  /**
   * Streams an object in, in constant memory. When it fails, for whatever reason, no object is left behind and the source is
   * destroyed. An error of the source itself is thrown as it is.
   *
   * @throws StorageError too-large, aborted, stalled
   */
  putStream(key: string, source: Readable, options: PutStreamOptions): Promise<Stored>;
  put(key: string, bytes: Buffer, options: PutOptions): Promise<Stored>;
  /** @throws StorageError not-found, bad-range */
  get(key: string, range?: Range): Promise<Buffer>;
  /** @throws StorageError not-found, bad-range */
  getStream(key: string, range?: Range): Promise<Readable>;
  /** undefined when there is no such object. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Deletes any number of objects; those that are gone already are a success. */
  delete(keys: readonly string[]): Promise<void>;
  /** Objects by ascending key, from after `cursor` (`''` = the beginning); an empty `next` ends the list. `count` is 1-1,000. */
  list(prefix: string, cursor: string, count: number): Promise<{ objects: ObjectInfo[]; next: string }>;
  /** An address that anybody can read the object from for that long. */
  signRead(key: string, options: SignReadOptions): string;
  /** An address that anybody can PUT the object to for that long; the client must send this content type. */
  signUpload(key: string, options: { contentType: string; seconds: number }): string;
  /** The address of a public object. */
  publicUrl(key: string): string;
  /** Lets pages of these origins (`*` = any) read objects and upload to signed addresses, and see ETags and ranges. */
  allowOrigins(origins: readonly string[]): Promise<void>;
  readonly multipart: MultipartUploads;
}
