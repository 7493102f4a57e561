import { defineConfig, env } from '@doul/runtime';

export const mediaConfig = defineConfig('media', {
  FFMPEG_PATH: { schema: env.text(), default: 'ffmpeg', doc: 'The ffmpeg program (5.1 or later)' },
  FFPROBE_PATH: { schema: env.text(), default: 'ffprobe', doc: 'The ffprobe program of the same version' },
  VIDEO_MAX_SECONDS: { schema: env.int(1, 86_400), default: '900', doc: 'Longest video that is published, in s' },
});
