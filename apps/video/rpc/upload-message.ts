import type { Upload } from '@doul/contracts';
import type { StoredPart, StoredUpload } from '../model/upload.js';

const EXTENSIONS: Partial<Record<string, string>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
};

/** What the object's key ends with; the content decides what it is. */
export const extensionOf = (contentType: string): string => EXTENSIONS[contentType] ?? 'bin';

export const uploadMessage = (upload: StoredUpload, parts: readonly StoredPart[] = []): Upload => ({
  uploadId: upload.uploadId,
  state: upload.state,
  title: upload.title,
  fileName: upload.fileName,
  contentType: upload.contentType,
  sizeBytes: upload.sizeBytes,
  sha256: upload.sha256,
  partSize: upload.partSize,
  partCount: upload.partCount,
  createdAtMs: upload.createdAt,
  expiresAtMs: upload.expiresAt,
  videoId: upload.videoId,
  storedParts: parts.length,
  storedBytes: parts.reduce((sum, { size }) => sum + size, 0),
});
