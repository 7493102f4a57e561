import {
  CommentServiceDefinition,
  MediaOperationsServiceDefinition,
  RelationServiceDefinition,
  VideoServiceDefinition,
} from '@doul/contracts';
import { rpcClient } from '@doul/rpc';
import { parseArgs } from 'node:util';
import { UsageError, print, type Command } from './command.js';

interface Page {
  differences: string[];
  checked: number;
  /** Where the next page starts; undefined at the end. */
  next: string | undefined;
}

/** Asks one service for one page of its comparison. */
type Check = (from: string) => Promise<Page>;

/** Rows of one call. */
const LIMIT = 500;
/** A page that finds a difference looks again a moment later before it says so. */
const OPTIONS = { deadlineMs: 60_000 };

function byId(call: (afterId: number) => Promise<{ differences: string[]; checked: number; lastId: number; hasMore: boolean }>): Check {
  return async (from) => {
    const { differences, checked, lastId, hasMore } = await call(Number(from || 0));
    return { differences, checked, next: hasMore ? String(lastId) : undefined };
  };
}

const checks: Record<string, () => Check> = {
  video: () => {
    const service = rpcClient(VideoServiceDefinition);
    return async (cursor) => {
      const { differences, checked, nextCursor } = await service.reconcileVideos({ cursor, limit: LIMIT }, OPTIONS);
      return { differences, checked, next: nextCursor || undefined };
    };
  },
  media: () => {
    const service = rpcClient(MediaOperationsServiceDefinition);
    return async (cursor) => {
      const { differences, checked, nextCursor } = await service.reconcileMedia({ cursor, limit: LIMIT }, OPTIONS);
      return { differences, checked, next: nextCursor || undefined };
    };
  },
  friend: () => {
    const service = rpcClient(RelationServiceDefinition);
    return byId((afterId) => service.reconcileRelations({ afterId, limit: LIMIT }, OPTIONS));
  },
  comment: () => {
    const service = rpcClient(CommentServiceDefinition);
    return byId((afterId) => service.reconcileComments({ afterId, limit: LIMIT }, OPTIONS));
  },
};

/** Prints differences as they are found; how many there were. */
async function runCheck(name: string, check: Check): Promise<number> {
  let found = 0;
  let checked = 0;
  for (let from: string | undefined = ''; from !== undefined;) {
    const page: Page = await check(from);
    for (const difference of page.differences) print(`${name}: ${difference}`);
    found += page.differences.length;
    checked += page.checked;
    from = page.next;
  }
  print(`${name}: ${checked} checked`);
  return found;
}

export const reconcile: Command = {
  help: `Usage: ./doul reconcile [SERVICE...]   compares everything that is stored twice: memberships, rows, counters, the feed's index,
                                       and videos with the objects of the store
Services: ${Object.keys(checks).join(', ')} (default all). What is on its way is given time to arrive. Exit code 1 when something differs.
`,
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    const unknown = positionals.find((name) => !(name in checks));
    if (unknown !== undefined) throw new UsageError(`there is no check of ${unknown}`);
    let found = 0;
    for (const name of positionals.length > 0 ? positionals : Object.keys(checks)) found += await runCheck(name, checks[name]?.() as Check);
    print(`${found} differences`);
    return found === 0 ? 0 : 1;
  },
};
