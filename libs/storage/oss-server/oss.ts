import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Credentials } from './authorise.js';
import { BucketSettings } from './bucket-settings.js';
import { DiskObjects, type Acl } from './objects.js';
import type { OssRequest } from './request.js';
import { DiskUploads } from './uploads.js';

export interface OssOptions extends Credentials {
  /** Folder that holds everything; made when missing. */
  readonly dir: string;
  readonly bucket: string;
  /** ACL of a new bucket; default public-read. */
  readonly acl?: Acl;
  /** Largest object or part; default 5 GB as OSS. */
  readonly maxObjectBytes?: number;
}

/** What the handlers work on. */
export interface Oss {
  readonly bucket: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly maxObjectBytes: number;
  readonly objects: DiskObjects;
  readonly uploads: DiskUploads;
  readonly settings: BucketSettings;
}

export type Handler = (request: OssRequest, res: ServerResponse, oss: Oss) => Promise<void>;

export async function openOss(options: OssOptions): Promise<Oss> {
  const dir = join(options.dir, options.bucket);
  const objects = await DiskObjects.open(dir);
  return {
    bucket: options.bucket,
    region: options.region ?? 'cn-hangzhou',
    credentials: options,
    maxObjectBytes: options.maxObjectBytes ?? 5 * 2 ** 30,
    objects,
    uploads: await DiskUploads.open(join(dir, 'uploads'), objects),
    settings: await BucketSettings.open(dir, objects.temp, options.acl ?? 'public-read'),
  };
}

export const OWNER = { ID: 'doul', DisplayName: 'doul' } as const;

export const quoted = (etag: string): string => `"${etag}"`;
