import { Transform, type TransformCallback } from 'node:stream';
import { StorageError } from './storage-error.js';

/** Passes an upload through: counts its bytes, refuses more than allowed, and gives up when none moves. */
export class UploadMeter extends Transform {
  size = 0;
  /** Whether every byte was handed on: from then on the store may have the object. */
  complete = false;
  readonly #timer: NodeJS.Timeout;

  /** @param idleMs longest time without a byte, in ms */
  constructor(
    private readonly maxBytes: number,
    idleMs: number,
  ) {
    super();
    this.#timer = setTimeout(() => this.destroy(new StorageError('stalled', `no byte for ${idleMs} ms`)), idleMs);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    if (this.size > this.maxBytes) return done(new StorageError('too-large', `more than ${this.maxBytes} bytes`));
    this.#timer.refresh();
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.complete = true;
    clearTimeout(this.#timer);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    done(error);
  }
}
