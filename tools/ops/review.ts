import { CommentServiceDefinition } from '@doul/contracts';
import { rpcClient } from '@doul/rpc';
import { parseArgs } from 'node:util';
import { UsageError, print, time, wholeNumber, type Command } from './command.js';

const PAGE = 100;

const service = () => rpcClient(CommentServiceDefinition);

async function list(limit: number): Promise<void> {
  let shown = 0;
  for (let cursor = ''; shown < limit;) {
    const { comments, nextCursor } = await service().listReview({ cursor, limit: Math.min(PAGE, limit - shown) });
    for (const { id, videoId, userId, content, createdAtMs } of comments) {
      print(`${id}  video ${videoId}  user ${userId}  ${time(createdAtMs)}  ${JSON.stringify(content)}`);
    }
    shown += comments.length;
    cursor = nextCursor;
    if (cursor === '') break;
  }
  if (shown === 0) print('nothing is waiting for review');
}

async function resolve(ids: readonly string[], approve: boolean): Promise<void> {
  if (ids.length === 0) throw new UsageError('name the comments');
  for (const id of ids.map((text) => wholeNumber(text, 'the id', 0))) {
    await service().resolveReview({ commentId: id, approve });
    print(`${id} ${approve ? 'is visible to everybody' : 'is removed'}`);
  }
}

export const review: Command = {
  help: `Usage: ./doul review [--limit N]     comments that the word filter held back, oldest first (default 100)
       ./doul review approve ID...   shows them to everybody
       ./doul review reject ID...    removes them
`,
  async run(args) {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { limit: { type: 'string' } } });
    const [action, ...ids] = positionals;
    if (action === undefined || action === 'list') return list(wholeNumber(values.limit, '--limit', PAGE));
    if (action !== 'approve' && action !== 'reject') throw new UsageError(`there is no action ${action}`);
    return resolve(ids, action === 'approve');
  },
};
