import { defineConfig, env } from '@doul/runtime';

export const usercenterConfig = defineConfig('usercenter', {
  PASSWORD_MEMORY_KIB: {
    schema: env.int(8_192, 1_048_576),
    default: '19456',
    doc: 'Memory of one password hash (argon2id), in KiB; the default is the minimum of the OWASP password storage cheat sheet',
  },
  PASSWORD_PASSES: { schema: env.int(1, 20), default: '2', doc: 'Passes of one password hash (argon2id)' },
  PASSWORD_CONCURRENCY: {
    schema: env.int(1, 64),
    default: '2',
    doc: 'Password hashes computed at a time in one process; each occupies a core for about 30 ms',
  },
});
