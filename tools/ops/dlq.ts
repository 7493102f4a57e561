import { DeadLetters, broker, subscriptionOf, subscriptionTable } from '@doul/events';
import { parseArgs } from 'node:util';
import { UsageError, print, time, wholeNumber, type Command } from './command.js';

const MOST = 1_000;

async function summary(letters: DeadLetters): Promise<void> {
  for (const subscription of subscriptionTable()) {
    print(`${subscription.queue.padEnd(16)} ${String(await letters.count(subscription)).padStart(8)} dead letters`);
  }
}

async function list(letters: DeadLetters, queue: string, limit: number): Promise<void> {
  for (const letter of await letters.list(subscriptionOf(queue), limit)) {
    print(`${letter.eventId}  ${letter.type}  ${JSON.stringify(letter.payload)}`);
    print(`  happened ${time(letter.occurredAt)}  failed ${time(letter.failedAt)}  ${letter.error}`);
  }
}

async function replay(letters: DeadLetters, queue: string, limit: number, eventId?: string): Promise<void> {
  const sent = await letters.replay(subscriptionOf(queue), limit, eventId);
  print(`${sent} sent to ${queue} again`);
}

export const dlq: Command = {
  help: `Usage: ./doul dlq                              how many dead letters each consumer has
       ./doul dlq list QUEUE [--limit N]         the oldest ones, with the reason (default 20)
       ./doul dlq replay QUEUE [--limit N]       sends them to their consumer again (default all)
       ./doul dlq replay QUEUE --event ID        just this one
Queues: ${subscriptionTable()
    .map(({ queue }) => queue)
    .join(', ')}
`,
  async run(args) {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { limit: { type: 'string' }, event: { type: 'string' } },
    });
    const [action, queue, ...more] = positionals;
    const letters = new DeadLetters(await broker());
    if (action === undefined) return summary(letters);
    if (queue === undefined || more.length > 0) throw new UsageError('name one queue');
    if (!subscriptionTable().some((one) => one.queue === queue)) throw new UsageError(`there is no queue ${queue}`);
    if (action === 'list') return list(letters, queue, Math.min(MOST, wholeNumber(values.limit, '--limit', 20)));
    if (action === 'replay') return replay(letters, queue, wholeNumber(values.limit, '--limit', Number.MAX_SAFE_INTEGER), values.event);
    throw new UsageError(`there is no action ${action}`);
  },
};
