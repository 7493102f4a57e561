import type { SignedPart, UploadApi } from './api.js';

/** Addresses asked for at a time: few enough that they are used long before they expire. */
const BATCH = 20;

/**
 * Addresses of parts, asked for in batches, one question at a time. Clocks of clients are not to be trusted, so an address is good
 * until the store refuses it.
 */
export class Addresses {
  private readonly known = new Map<number, string>();
  private asking: Promise<void> | undefined;

  constructor(
    private readonly api: UploadApi,
    private readonly uploadId: string,
  ) {}

  add(parts: readonly SignedPart[]): void {
    for (const { number, url } of parts) this.known.set(number, url);
  }

  /** The store has refused it. */
  forget(number: number): void {
    this.known.delete(number);
  }

  /** @param next parts that will need one soon */
  async of(number: number, next: readonly number[], signal: AbortSignal): Promise<string> {
    for (;;) {
      const url = this.known.get(number);
      if (url !== undefined) return url;
      this.asking ??= this.ask([number, ...next.filter((other) => other !== number && !this.known.has(other))], signal);
      await this.asking;
    }
  }

  private async ask(numbers: readonly number[], signal: AbortSignal): Promise<void> {
    try {
      this.add(await this.api.parts(this.uploadId, numbers.slice(0, BATCH), signal));
    } finally {
      this.asking = undefined;
    }
  }
}
