import { UsageError, type Command } from './command.js';

/** Loaded only when asked for. */
const commands: Record<string, () => Promise<Command>> = {
  dlq: async () => (await import('./dlq.js')).dlq,
  words: async () => (await import('./words.js')).words,
  review: async () => (await import('./review.js')).review,
};

const USAGE = `Usage: node dist/tools/ops/main.js COMMAND [ARGUMENT...]
Commands: ${Object.keys(commands).join(', ')}. COMMAND --help tells more.
`;

async function run(name: string, args: readonly string[]): Promise<number> {
  const command = await commands[name]?.();
  if (!command) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (args.includes('--help')) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    await command.run(args);
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
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
process.exitCode = await run(name, args);
