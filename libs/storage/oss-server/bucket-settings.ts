import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPEN_CORS, type CorsRule } from './cors.js';
import { commitJson } from './files.js';
import type { Acl } from './objects.js';

interface Stored {
  readonly acl: Acl;
  readonly cors: readonly CorsRule[];
  /** Unix ms. */
  readonly created: number;
}

/** What is configured for the bucket, kept in one document. */
export class BucketSettings {
  private constructor(
    private readonly path: string,
    private readonly temp: string,
    private stored: Stored,
  ) {}

  /** @param acl of a bucket that is new */
  static async open(dir: string, temp: string, acl: Acl): Promise<BucketSettings> {
    const path = join(dir, 'bucket.json');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return new BucketSettings(path, temp, JSON.parse(text) as Stored);
    const settings = new BucketSettings(path, temp, { acl, cors: OPEN_CORS, created: Date.now() });
    await settings.change({});
    return settings;
  }

  get acl(): Acl {
    return this.stored.acl;
  }
  get cors(): readonly CorsRule[] {
    return this.stored.cors;
  }
  get created(): number {
    return this.stored.created;
  }

  async change(part: Partial<Pick<Stored, 'acl' | 'cors'>>): Promise<void> {
    this.stored = { ...this.stored, ...part };
    await commitJson(this.temp, this.path, this.stored);
  }
}
