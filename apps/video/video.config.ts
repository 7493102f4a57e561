import { defineConfig, env } from '@doul/runtime';

export const videoConfig = defineConfig('video', {
  LIKE_SHARDS: {
    schema: env.int(1, 256),
    default: '16',
    doc: 'Shards of the like store, by viewer; fixed when the store is created, so a changed value is refused at boot',
  },
});
