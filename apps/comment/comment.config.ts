import { defineConfig } from '@doul/runtime';
import { z } from 'zod';

const isZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const commentConfig = defineConfig('comment', {
  TZ_NAME: {
    schema: z.string().refine(isZone, 'is not a time zone'),
    default: 'Asia/Shanghai',
    doc: 'Time zone of create_date in comments, such as Asia/Shanghai',
  },
});
