import { MediaOperationsServiceDefinition } from '@doul/contracts';
import { rpcClient } from '@doul/rpc';
import { parseArgs } from 'node:util';
import { UsageError, print, time, wholeNumber, type Command } from './command.js';

const PAGE = 100;
const STATES = ['waiting', 'running', 'done', 'failed'];

const service = () => rpcClient(MediaOperationsServiceDefinition);

async function list(state: string, limit: number): Promise<void> {
  let shown = 0;
  for (let cursor = ''; shown < limit;) {
    const { jobs, nextCursor } = await service().listJobs({ state, cursor, limit: Math.min(PAGE, limit - shown) });
    for (const job of jobs) {
      const { id, videoId, step, percent, failures, error } = job;
      const trouble = failures > 0 ? `  ${failures} failures: ${error}` : '';
      print(`${id}  video ${videoId}  ${step.padEnd(8)}  ${job.state.padEnd(7)}  ${percent} %  since ${time(job.stateAtMs)}${trouble}`);
    }
    shown += jobs.length;
    cursor = nextCursor;
    if (cursor === '') break;
  }
  if (shown === 0) print(state === '' ? 'there are no jobs' : `no job is ${state}`);
}

async function retry(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) throw new UsageError('name the jobs');
  for (const id of ids.map((text) => wholeNumber(text, 'the id', 0))) {
    await service().retryJob({ jobId: id });
    print(`${id} waits for a worker again`);
  }
}

export const jobs: Command = {
  help: `Usage: ./doul jobs [list] [--state STATE] [--limit N]   steps of the processing of videos, the latest first (default 100)
       ./doul jobs retry ID...                          makes failed ones wait again, and the videos that failed with them
States: ${STATES.join(', ')}.
`,
  async run(args) {
    const options = { limit: { type: 'string' }, state: { type: 'string' } } as const;
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [action = 'list', ...ids] = positionals;
    if (action === 'retry') return retry(ids);
    if (action !== 'list' || ids.length > 0) throw new UsageError(`there is no action ${action}`);
    if (values.state !== undefined && !STATES.includes(values.state)) throw new UsageError(`there is no state ${values.state}`);
    return list(values.state ?? '', wholeNumber(values.limit, '--limit', PAGE));
  },
};
