import type { ObjectStore } from './object-store.js';
import { OssObjectStore } from './oss-object-store.js';
import { storageConfig } from './storage.config.js';

export { newObjectKey, type ObjectKind } from './object-key.js';
export type {
  MultipartUploads,
  ObjectInfo,
  ObjectStore,
  OpenUpload,
  Part,
  PutOptions,
  PutStreamOptions,
  Range,
  SignPartOptions,
  SignReadOptions,
  Stored,
} from './object-store.js';
export { encodePng, type Pixel } from './png.js';
export { StorageError, isStorageProblem, type StorageProblem } from './storage-error.js';
export { storageConfig } from './storage.config.js';

let shared: ObjectStore | undefined;

/** The store that the environment names, one for each process. It has no connection to wait for or to close. */
export function objectStore(): ObjectStore {
  if (shared) return shared;
  const config = storageConfig();
  shared = new OssObjectStore({
    endpoint: config.OSS_ENDPOINT,
    region: config.OSS_REGION,
    bucket: config.OSS_BUCKET,
    accessKeyId: config.OSS_ACCESS_KEY_ID,
    accessKeySecret: config.OSS_ACCESS_KEY_SECRET,
    sld: config.OSS_SLD,
    mediaBaseUrl: config.MEDIA_BASE_URL,
    signedBaseUrl: config.OSS_SIGNED_BASE_URL,
  });
  return shared;
}
