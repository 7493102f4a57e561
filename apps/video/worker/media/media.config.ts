import { defineConfig, env } from '@doul/runtime';

export const mediaConfig = defineConfig('media', {
  FFMPEG_PATH: { schema: env.text(), default: 'ffmpeg', doc: 'The ffmpeg program (5.1 or later)' },
  FFPROBE_PATH: { schema: env.text(), default: 'ffprobe', doc: 'The ffprobe program of the same version' },
  VIDEO_MAX_SECONDS: { schema: env.int(1, 86_400), default: '900', doc: 'Longest video that is published, in s' },
  VIDEO_MAX_MEGABYTES: { schema: env.int(1, 65_536), default: '4096', doc: 'Largest file that is examined, in MiB' },
  MEDIA_PRESET: {
    schema: env.oneOf(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow']),
    default: 'veryfast',
    doc: 'Preset of x264: slower ones make smaller files of the same quality',
  },
  MEDIA_MEMORY_MEGABYTES: { schema: env.int(512, 65_536), default: '6144', doc: 'Address space that one run of ffmpeg may use, in MiB' },
  MEDIA_STEP_SECONDS: { schema: env.int(10, 86_400), default: '3600', doc: 'Longest run of ffmpeg, in s; twice as much time of the CPU' },
  MEDIA_NICE: { schema: env.int(0, 19), default: '10', doc: 'How far ffmpeg yields to everything else: 0 = not at all, 19 = entirely' },
});
