import { parseArgs } from 'node:util';

export const HELP = `Usage: ./doul publish FILE [--title TEXT]      uploads a video in parts and waits until it is published
Options: --user NAME --password TEXT          whose video it becomes (default: alice of the demo set)
         --token TOKEN                        the same by a token; or DOUL_TOKEN
         --resume UPLOAD_ID                   goes on with an upload that was interrupted
         --parallel N                         parts sent at a time (default 4)
         --no-wait                            ends when the server has it
         --url URL                            another server than that of the profile
Ctrl-C pauses; it prints how to go on.
`;

export interface PublishOptions {
  file: string;
  title: string;
  url: string;
  token: string;
  user: string;
  password: string;
  uploadId: string;
  parallel: number;
  wait: boolean;
}

/** Arguments that make no sense; the help is printed with it. */
export class UsageError extends Error {}

/** @throws UsageError, and what node:util's parseArgs throws */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): PublishOptions {
  const text = { type: 'string' } as const;
  const options = { title: text, user: text, password: text, token: text, resume: text, parallel: text, url: text };
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...options, 'no-wait': { type: 'boolean' } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('name one file');
  const parallel = Number(values.parallel ?? 4);
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 16) throw new UsageError('--parallel is 1 to 16');
  const url = values.url ?? env['PUBLIC_URL'];
  if (!url) throw new UsageError('name the server with --url');
  return {
    file,
    title: values.title ?? '',
    url: url.replace(/\/+$/, ''),
    token: values.token ?? env['DOUL_TOKEN'] ?? '',
    user: values.user ?? 'alice',
    password: values.password ?? 'alice123',
    uploadId: values.resume ?? '',
    parallel,
    wait: !values['no-wait'],
  };
}
