import { env } from '@doul/runtime';
import { objectStore, storageConfig } from '@doul/storage';
import { parseArgs } from 'node:util';
import { UsageError, print, type Command } from './command.js';

/** The same variable as that of the API layers; empty means any origin here too. */
const origins = (): string[] => {
  const named = env.list().parse(process.env['CORS_ORIGINS'] ?? '');
  return named.length > 0 ? named : ['*'];
};

/** Settings of the bucket that the product needs, for the bundled server as for Aliyun OSS. */
export const bucket: Command = {
  help: `Usage: ./doul bucket cors [--quiet]   lets pages of CORS_ORIGINS (default any) upload parts to OSS_BUCKET and read from it
It replaces the rules that the bucket has. The keys in OSS_ACCESS_KEY_ID need oss:PutBucketCors for it.
\`./doul up\` does this for the bundled server.
`,
  async run(args) {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { quiet: { type: 'boolean' } } });
    if (positionals.join(' ') !== 'cors') throw new UsageError('there is no such setting');
    await objectStore().allowOrigins(origins());
    if (!values.quiet) print(`${storageConfig().OSS_BUCKET} is open to ${origins().join(', ')}`);
  },
};
