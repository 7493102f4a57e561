import { UsageError, type Command } from './command.js';

/** Loaded only when asked for. */
const commands: Record<string, () => Promise<Command>> = {
  reindex: async () => {
    const { REINDEX_HELP, reindex } = await import('./reindex.js');
    return { help: REINDEX_HELP, run: reindex };
  },
  reconcile: async () => (await import('./reconcile.js')).reconcile,
  dlq: async () => (await import('./dlq.js')).dlq,
  words: async () => (await import('./words.js')).words,
  bucket: async () => (await import('./bucket.js')).bucket,
  jobs: async () => (await import('./jobs.js')).jobs,
  review: async () => (await import('./review.js')).review,
};

const USAGE = `Usage: node dist/tools/ops/main.js COMMAND [ARGUMENT...]
Commands: ${Object.keys(commands).join(', ')}. COMMAND --help tells more.
`;

/** Ours, and what node:util's parseArgs throws. */
const isUsage = (error: unknown): boolean =>
  error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

async function run(name: string, args: readonly string[]): Promise<number> {
  const command = await commands[name]?.();
  if (!command) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (args.includes('--help')) {
    process.stdout.write(`${command.help.trimEnd()}\n`);
    return 0;
  }
  try {
    return (await command.run(args)) ?? 0;
  } catch (error) {
    const usage = isUsage(error);
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n${usage ? `\n${command.help}` : ''}`);
    return usage ? 2 : 1;
  } finally {
    const { disposeResources } = await import('@doul/runtime');
    await disposeResources();
  }
}

// The lines of the command itself are what the operator wants to read.
process.env['LOG_LEVEL'] = 'error';
const [name = '', ...args] = process.argv.slice(2);
// A reader such as head has seen enough.
process.stdout.on('error', () => process.exit(0));
// Not left to the event loop: a watch of etcd that is being closed can keep it for seconds.
process.exit(await run(name, args));
