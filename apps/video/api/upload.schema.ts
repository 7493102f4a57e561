import { CommonErrors } from '@doul/contracts';
import { endpoint, p, pageShape } from '@doul/http';
import { z } from 'zod';
import { VideoErrors } from '../video.errors.js';
import { MAX_TITLE } from './publish.schema.js';

/** Content types that an upload may have; what the file really is, its content says. */
const CONTENT_TYPES = ['video/mp4', 'video/quicktime', 'video/webm', 'video/x-matroska'] as const;
/** Addresses of one call. */
export const MAX_ADDRESSES = 100;
export const MAX_UPLOAD_LIST = 100;

const whole = (description: string) => z.int().min(0).meta({ description });
const uploadId = () => p.text({ max: 21 }).meta({ description: 'upload_id of init' });

const EXAMPLE_ID = 'V1StGXR8_Z5jdHi6B-myT';
const EXAMPLE_URL = 'http://localhost:8080/storage/originals/x.mp4?partNumber=1&uploadId=0A&x-oss-signature=…';

const signedPartShape = {
  number: z.int().min(1).meta({ description: '1 to part_count' }),
  url: z.string().meta({ description: 'PUT the bytes of the part here, with no Content-Type header; the answer’s ETag is their MD5' }),
  size: whole('Bytes of the part; the address takes no other number'),
  expires_at: whole('Unix ms; ask for a new address after it'),
};
const SignedPartSchema = z.object(signedPartShape).meta({ title: 'SignedPart' });

const StoredPartSchema = z
  .object({ number: z.int().min(1), size: whole('Bytes'), etag: z.string().meta({ description: 'MD5 of the bytes, hex in upper case' }) })
  .meta({ title: 'StoredPart' });

const uploadShape = {
  upload_id: z.string(),
  state: z.enum(['open', 'completing', 'completed', 'aborted', 'expired']),
  title: z.string(),
  file_name: z.string(),
  content_type: z.string(),
  size: whole('Bytes of the file'),
  part_size: whole('Bytes of each part but the last'),
  part_count: whole('Number of parts'),
  stored_parts: whole('Parts that are stored'),
  stored_bytes: whole('Bytes that are stored'),
  created_at: whole('Unix ms'),
  expires_at: whole('Unix ms; then what is not complete is removed'),
};
const UploadSchema = z.object(uploadShape).meta({ title: 'Upload' });

const exampleUpload = {
  upload_id: EXAMPLE_ID,
  state: 'open' as const,
  title: '海边的日落 sunset',
  file_name: 'IMG_0001.mov',
  content_type: 'video/quicktime',
  size: 12_000_000,
  part_size: 5_242_880,
  part_count: 3,
  stored_parts: 1,
  stored_bytes: 5_242_880,
  created_at: 1_700_000_000_000,
  expires_at: 1_700_086_400_000,
};
const examplePart = { number: 1, url: EXAMPLE_URL, size: 5_242_880, expires_at: 1_700_003_600_000 };

export const initUpload = endpoint({
  method: 'POST',
  path: '/douyin/publish/upload/init/',
  summary: 'Begin an upload in parts',
  description:
    'For large files and bad networks: the parts go straight to storage, in any order, several at a time, each as often as it takes. ' +
    'With an `Idempotency-Key` header a repeat answers the same upload.',
  folder: 'video',
  auth: 'required',
  params: {
    size: p.int({ min: 1 }).meta({ description: 'Bytes of the file' }),
    content_type: p.word(...CONTENT_TYPES),
    title: p.text({ min: 0, max: MAX_TITLE }).optional(),
    sha256: p
      .text({ min: 64, max: 64 })
      .optional()
      .meta({ description: 'Hex; the video is rejected when the stored bytes have another one' }),
    file_name: p.text({ max: 255 }).optional().meta({ description: 'Only for the list of open uploads' }),
  },
  answer: {
    upload_id: z.string(),
    part_size: uploadShape.part_size,
    part_count: uploadShape.part_count,
    parts: z.array(SignedPartSchema).meta({ description: 'The first addresses' }),
    expires_at: uploadShape.expires_at,
  },
  errors: [VideoErrors.UPLOAD_TOO_LARGE, VideoErrors.TOO_MANY_UPLOADS, VideoErrors.UPLOAD_ENDED, CommonErrors.TEXT_REFUSED],
  example: { upload_id: EXAMPLE_ID, part_size: 5_242_880, part_count: 3, parts: [examplePart], expires_at: 1_700_086_400_000 },
  request: { size: 12_000_000, content_type: 'video/quicktime', title: '海边的日落 sunset' },
  limit: 'publish',
});

export const signUploadParts = endpoint({
  method: 'POST',
  path: '/douyin/publish/upload/parts/',
  summary: 'Addresses to send parts to',
  description: 'More of them, or new ones for those that have expired.',
  folder: 'video',
  auth: 'required',
  params: { upload_id: uploadId(), numbers: p.numbers({ max: 10_000, most: MAX_ADDRESSES }) },
  answer: { parts: z.array(SignedPartSchema) },
  errors: [VideoErrors.NO_SUCH_UPLOAD, VideoErrors.NO_SUCH_PART, VideoErrors.UPLOAD_ENDED, VideoErrors.UPLOAD_COMPLETED],
  example: { parts: [{ ...examplePart, number: 2 }] },
  request: { upload_id: EXAMPLE_ID, numbers: '2,3' },
});

export const uploadStatus = endpoint({
  method: 'GET',
  path: '/douyin/publish/upload/status/',
  summary: 'What is stored of an upload',
  description:
    'Compared with the store at that moment, so a client that has lost everything but upload_id and the file knows where to go on.',
  folder: 'video',
  auth: 'required',
  params: { upload_id: uploadId() },
  answer: {
    ...uploadShape,
    sha256: z.string(),
    video_id: whole('The video, once it is completed; else 0'),
    parts: z.array(StoredPartSchema).meta({ description: 'Stored ones by number; empty unless it is open' }),
    fresh: z.boolean().meta({ description: 'false: the store did not answer, and these are the parts last known' }),
  },
  errors: [VideoErrors.NO_SUCH_UPLOAD],
  example: {
    ...exampleUpload,
    sha256: '',
    video_id: 0,
    parts: [{ number: 1, size: 5_242_880, etag: '9E107D9D372BB6826BD81D3542A419D6' }],
    fresh: true,
  },
  request: { upload_id: EXAMPLE_ID },
});

export const completeUpload = endpoint({
  method: 'POST',
  path: '/douyin/publish/upload/complete/',
  summary: 'Publish what was uploaded in parts',
  description: 'Checks every part and the whole. Repeating it answers the same video.',
  folder: 'video',
  auth: 'required',
  params: { upload_id: uploadId() },
  answer: { video_id: whole('The video; it shows in the author’s list at once') },
  errors: [VideoErrors.NO_SUCH_UPLOAD, VideoErrors.UPLOAD_INCOMPLETE, VideoErrors.UPLOAD_ENDED],
  example: { video_id: 42 },
  request: { upload_id: EXAMPLE_ID },
});

export const abortUpload = endpoint({
  method: 'POST',
  path: '/douyin/publish/upload/abort/',
  summary: 'Give an upload up',
  description: 'Its parts are removed. Repeating it answers 0.',
  folder: 'video',
  auth: 'required',
  params: { upload_id: uploadId() },
  answer: {},
  errors: [VideoErrors.NO_SUCH_UPLOAD, VideoErrors.UPLOAD_COMPLETED],
  example: {},
  request: { upload_id: EXAMPLE_ID },
});

export const listUploads = endpoint({
  method: 'GET',
  path: '/douyin/publish/upload/list/',
  summary: 'One’s own open uploads, newest first',
  folder: 'video',
  auth: 'required',
  params: { cursor: p.cursor(), count: p.count(MAX_UPLOAD_LIST) },
  answer: { upload_list: z.array(UploadSchema), ...pageShape },
  example: { upload_list: [exampleUpload] },
});
