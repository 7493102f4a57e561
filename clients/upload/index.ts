export { ApiError } from './api.js';
export { md5 } from './md5.js';
export type { PutOutcome, PutPart } from './put-part.js';
export { Passing } from './retry.js';
export { VideoUpload, type Progress, type UploadFile, type UploadOptions, type UploadState } from './upload.js';
