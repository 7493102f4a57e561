import { defineConfig, env } from '@doul/runtime';

const MAX_BYTES = 1 << 30;

export const mediaWorkConfig = defineConfig('media-work', {
  MEDIA_TEMP_DIR: {
    schema: env.text(),
    default: '',
    doc: 'Folder for what workers work on; empty = the system’s folder for temporary files',
  },
  MEDIA_TEMP_RESERVE_BYTES: {
    schema: env.int(0, 2 ** 50),
    default: String(MAX_BYTES / 2),
    doc: 'Bytes that stay free on that disk: a step that needs more waits and is tried again',
  },
  MEDIA_CACHE_BYTES: {
    schema: env.int(0, 2 ** 50),
    default: String(4 * MAX_BYTES),
    doc: 'Bytes of uploads that a worker keeps there for the next steps of the same video',
  },
  MEDIA_FRAMES_BYTES: {
    schema: env.int(0, 2 ** 50),
    default: String(2 * MAX_BYTES),
    doc: 'Bytes of decoded frames that a worker keeps there from a video’s first rendition to its last, so that its source is decoded once, and in files for the next videos; longer videos are decoded twice; 0 = all are',
  },
  MEDIA_KEEP_ORIGINALS: {
    schema: env.flag(),
    default: 'true',
    doc: 'Whether uploads stay, privately, after everything was made of them; false = they are deleted then',
  },
});
