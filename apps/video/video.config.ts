import { defineConfig, env } from '@doul/runtime';

export const videoConfig = defineConfig('video', {
  LIKE_SHARDS: {
    schema: env.int(1, 256),
    default: '16',
    doc: 'Shards of the like store, by viewer; fixed when the store is created, so a changed value is refused at boot',
  },
  PUBLISH_MAX_BYTES: {
    schema: env.int(1_000_000, 100_000_000_000),
    default: '536870912',
    doc: 'Largest video that is uploaded in one request, in bytes; the gateway has the same variable',
  },
  UPLOAD_MAX_BYTES: {
    schema: env.int(1_000_000, 1_000_000_000_000),
    default: '4294967296',
    doc: 'Largest video that is uploaded in parts, in bytes',
  },
  UPLOAD_PART_BYTES: {
    schema: env.int(5 * 2 ** 20, 2 ** 30),
    default: '5242880',
    doc: 'Smallest part of an upload but the last, in bytes; parts of large files are larger, so that there are at most 1,000',
  },
  UPLOAD_MAX_OPEN: { schema: env.int(1, 1_000), default: '20', doc: 'Uploads in parts that a user may have open at a time' },
  UPLOAD_LIFETIME_S: { schema: env.int(60, 7 * 86_400), default: '86400', doc: 'How long an upload in parts may take, in seconds' },
  UPLOAD_URL_S: { schema: env.int(10, 86_400), default: '3600', doc: 'How long the address of a part is good for, in seconds' },
  MEDIA_ACCESS: {
    schema: env.oneOf(['public', 'signed']),
    default: 'public',
    doc: 'How videos and pictures are read: by public addresses, or by signed ones that end (then give MEDIA_API_BASE_URL too)',
  },
  MEDIA_SIGNED_SECONDS: {
    schema: env.int(60, 302_000),
    default: '21600',
    doc: 'How long a signed address is good at least, in s; for as long everybody gets the same one, so that caches hit',
  },
  MEDIA_API_BASE_URL: { schema: env.text(), default: '', doc: 'Public address of the API, for playlists with signed addresses' },
  OPERATOR_USER_IDS: {
    schema: env.text(),
    default: '',
    doc: 'Ids of the users who may list and retry jobs over HTTP, with commas; empty = nobody, ./doul jobs works all the same',
  },
});
