/** `completing`: its author has asked for the video, and what that takes will be done, if need be by the worker. */
export type UploadState = 'open' | 'completing' | 'completed' | 'aborted' | 'expired';

/** An upload in parts. Times are Unix ms. */
export interface StoredUpload {
  id: number;
  /** What clients know it by; cannot be guessed. */
  uploadId: string;
  authorId: number;
  state: UploadState;
  title: string;
  fileName: string;
  contentType: string;
  sizeBytes: number;
  /** Hex; empty when the client gave none. */
  sha256: string;
  /** Bytes of each part but the last. */
  partSize: number;
  partCount: number;
  objectKey: string;
  /** The store's name for it. */
  storeId: string;
  /** 0 until it is completed. */
  videoId: number;
  createdAt: number;
  expiresAt: number;
}

export interface StoredPart {
  number: number;
  size: number;
  etag: string;
}

/** Columns of a StoredUpload, for SELECT lists over `uploads u`. */
export const UPLOAD_COLUMNS = `u.id, u.upload_id AS uploadId, u.author_id AS authorId, u.state, u.title, u.file_name AS fileName,
  u.content_type AS contentType, u.size_bytes AS sizeBytes, u.sha256, u.part_size AS partSize, u.part_count AS partCount,
  u.object_key AS objectKey, u.store_id AS storeId, COALESCE(u.video_id, 0) AS videoId, u.created_at AS createdAt,
  u.expires_at AS expiresAt`;

export const isEnded = ({ state }: Pick<StoredUpload, 'state'>): boolean => state === 'aborted' || state === 'expired';

/** Bytes of one part. */
export const sizeOfPart = (
  { sizeBytes, partSize, partCount }: Pick<StoredUpload, 'sizeBytes' | 'partSize' | 'partCount'>,
  number: number,
): number => (number < partCount ? partSize : sizeBytes - partSize * (partCount - 1));

/** Numbers whose part is absent or has another size than it must have. */
export function missingParts(upload: StoredUpload, parts: readonly StoredPart[]): number[] {
  const sizes = new Map(parts.map(({ number, size }) => [number, size]));
  const numbers = Array.from({ length: upload.partCount }, (_, at) => at + 1);
  return numbers.filter((number) => sizes.get(number) !== sizeOfPart(upload, number));
}
