import { CommonErrors, hasBit, packIds, viewerChangesOf, type FlagAnswer } from '@doul/contracts';
import type { Call } from '@doul/http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ViewerChangeListener, ViewerChanges } from './viewer-changes.js';
import { ViewerFlagReader } from './viewer-flags.js';
import { ViewerSets } from './viewer-sets.js';

const call = { viewerId: 7, requestId: 'request-1' } as unknown as Call;
const page = { videoIds: [11, 12, 13], authorIds: [1, 2] };
const LIKED = Uint8Array.of(3);
const FOLLOWED = Uint8Array.of(2);
const NONE = new Uint8Array(0);

type Answer = () => Promise<FlagAnswer>;
const says =
  (bits: Uint8Array): Answer =>
  async () => ({ bits });
const fails =
  (error: Error, afterMs = 0): Answer =>
  () =>
    sleep(afterMs).then(() => Promise.reject(error));

/** Both services, and what was asked of them. */
class Services {
  likes: Answer = says(LIKED);
  follows: Answer = says(FOLLOWED);
  likedSets = new Map<number, readonly number[] | 'too many'>();
  followedSets = new Map<number, readonly number[] | 'too many'>();
  /** Of the sets. */
  setError: Error | undefined;
  setDelayMs = 0;
  isWatched = false;
  readonly asked: unknown[] = [];
  readonly options: unknown[] = [];
  private listener: ViewerChangeListener | undefined;
  readonly reader: ViewerFlagReader;

  constructor() {
    const ask = (name: string, answer: () => Answer) => (question: unknown, options: unknown) => {
      this.asked.push(name);
      this.options.push([question, options]);
      return answer()();
    };
    const favorites = {
      ask: { getFlags: ask('likes', () => this.likes) },
      getLikedSets: async ({ viewerIds }: { viewerIds: number[] }) => ({
        sets: (await this.sets('liked sets', this.likedSets, viewerIds)).map(({ packed, ...set }) => ({ ...set, videoIds: packed })),
      }),
    };
    const relations = {
      ask: { getFollowFlags: ask('follows', () => this.follows) },
      getFollowedSets: async ({ viewerIds }: { viewerIds: number[] }) => ({
        sets: (await this.sets('followed sets', this.followedSets, viewerIds)).map(({ packed, ...set }) => ({ ...set, userIds: packed })),
      }),
    };
    const changes = {
      isWatched: () => this.isWatched,
      arrived: () => Promise.resolve(),
      subscribe: (listener: ViewerChangeListener) => (this.listener = listener),
    } as unknown as ViewerChanges;
    type Clients = ConstructorParameters<typeof ViewerFlagReader>;
    const clients = [favorites as unknown as Clients[0], relations as unknown as Clients[1]] as const;
    this.reader = new ViewerFlagReader(...clients, new ViewerSets(...clients, changes), changes);
  }

  private async sets(name: string, known: Map<number, readonly number[] | 'too many'>, viewerIds: number[]) {
    this.asked.push(`${name} of ${viewerIds.join()}`);
    const sets = viewerIds.flatMap((viewerId) => {
      const ids = known.get(viewerId);
      if (ids === undefined) return [];
      return [{ viewerId, packed: ids === 'too many' ? NONE : packIds(ids), tooMany: ids === 'too many' }];
    });
    await sleep(this.setDelayMs);
    if (this.setError) throw this.setError;
    return sets;
  }

  /** Changes as messages have them. */
  hears(what: Partial<Record<'liked' | 'followed', string>> | 'reset'): void {
    if (what === 'reset') return this.listener?.reset();
    if (what.liked) this.listener?.liked(viewerChangesOf(what.liked, true));
    if (what.followed) this.listener?.followed(viewerChangesOf(what.followed, true));
  }

  read = (viewerId = 7) => this.reader.read({ ...call, viewerId }, page);
}

/** Services whose sets are kept, of a viewer who likes and follows some of the page. */
function watched(): Services {
  const services = new Services();
  services.isWatched = true;
  services.likedSets.set(7, [900, 12, 5]);
  services.followedSets.set(7, [2, 4_000_000_000_000]);
  return services;
}
const SETS = { liked: Uint8Array.of(2), followed: Uint8Array.of(2), missing: [] };

it('asks both services in one turn, for the viewer and in the context of the call, while changes cannot be heard of', async () => {
  const services = new Services();
  expect(await services.read()).toEqual({ liked: LIKED, followed: FOLLOWED, missing: [] });
  const options = { context: call, deadlineMs: 800 };
  expect(services.options).toEqual([
    [{ viewerId: 7, ids: packIds(page.videoIds) }, options],
    [{ viewerId: 7, ids: packIds(page.authorIds) }, options],
  ]);
  await services.read();
  expect(services.asked).toEqual(['likes', 'follows', 'likes', 'follows']);
});

it('asks for all of a viewer once, and then nobody, until it hears of a change', async () => {
  const services = watched();
  expect(await Promise.all([services.read(), services.read()])).toEqual([SETS, SETS]);
  expect(await services.read()).toEqual(SETS);
  expect(services.asked).toEqual(['liked sets of 7', 'followed sets of 7']);
  services.likedSets.set(7, [11, 13]);
  services.hears({ liked: '3;7' });
  expect(await services.read()).toEqual({ ...SETS, liked: Uint8Array.of(5) });
  services.followedSets.set(7, []);
  services.hears({ followed: '7' });
  expect(await services.read()).toEqual({ ...SETS, liked: Uint8Array.of(5), followed: NONE });
  services.hears('reset');
  await services.read();
  expect(services.asked.slice(2)).toEqual(['liked sets of 7', 'followed sets of 7', 'liked sets of 7', 'followed sets of 7']);
});

it('does to what it keeps what it hears, in any order of ids, and asks nobody', async () => {
  const services = watched();
  await services.read();
  const hears = async (liked: string): Promise<number[]> => {
    services.hears({ liked });
    const { liked: bits } = await services.read();
    return page.videoIds.filter((_, at) => hasBit(bits, at));
  };
  expect(await hears('7:13:1700000000000;8:11:5')).toEqual([12, 13]);
  expect(await hears('7:11:6;7:12:0')).toEqual([11, 13]);
  expect(await hears('7:11:6;7:12:0')).toEqual([11, 13]);
  expect(await hears('7:11:0;7:13:0;7:5:0;7:900:0;7:1:0')).toEqual([]);
  expect(await hears('7:12:7')).toEqual([12]);
  expect(services.asked).toEqual(['liked sets of 7', 'followed sets of 7']);
});

it('reads a set again that has become too large to be kept, or small enough', async () => {
  const services = watched();
  const most = Array.from({ length: 1_000 }, (_, at) => 100 + at);
  services.likedSets.set(7, most);
  await services.read();
  services.likedSets.set(7, 'too many');
  services.hears({ liked: '7:12:8' });
  expect((await services.read()).liked).toEqual(LIKED);
  services.likedSets.set(7, most);
  services.hears({ liked: '7:12:0' });
  expect((await services.read()).liked).toEqual(Uint8Array.of(0));
  expect(services.asked).toEqual(['liked sets of 7', 'followed sets of 7', 'liked sets of 7', 'likes', 'liked sets of 7']);
});

it('believes nothing of what it keeps when changes are no longer heard of', async () => {
  const services = watched();
  await services.read();
  services.isWatched = false;
  expect(await services.read()).toEqual({ liked: LIKED, followed: FOLLOWED, missing: [] });
});

it('keeps nothing that was read before a change it heard of meanwhile, and what others are told of', async () => {
  const services = watched();
  services.likedSets.set(8, [13]);
  services.followedSets.set(8, []);
  services.setDelayMs = 20;
  const first = Promise.all([services.read(), services.read(8)]);
  await sleep(5);
  services.likedSets.set(7, []);
  services.hears({ liked: '7:12:0' });
  const second = services.read();
  await first;
  expect(await second).toEqual({ ...SETS, liked: NONE });
  expect(await services.read()).toEqual({ ...SETS, liked: NONE });
  expect((await services.read(8)).liked).toEqual(Uint8Array.of(4));
  expect(services.asked).toEqual(['liked sets of 7,8', 'followed sets of 7,8', 'liked sets of 7']);
});

it('asks page by page for a viewer with too many, and for one whose set cannot be read', async () => {
  const services = watched();
  services.likedSets.set(7, 'too many');
  services.followedSets.delete(7);
  for (let times = 0; times < 2; times += 1) expect(await services.read()).toEqual({ liked: LIKED, followed: FOLLOWED, missing: [] });
  expect(services.asked).toEqual(['liked sets of 7', 'followed sets of 7', 'likes', 'follows', 'likes', 'follows']);
  const older = watched();
  older.setError = CommonErrors.INTERNAL();
  expect(await older.read()).toEqual({ liked: LIKED, followed: FOLLOWED, missing: [] });
});

it('names the flags of services that are away or late, whichever says so first', async () => {
  const away = fails(CommonErrors.UNAVAILABLE(), 10);
  const late = fails(CommonErrors.DEADLINE());
  const services = new Services();
  services.follows = late;
  expect(await services.read()).toEqual({ liked: LIKED, followed: NONE, missing: ['follows'] });
  services.likes = away;
  expect(await services.read()).toEqual({ liked: NONE, followed: NONE, missing: ['likes', 'follows'] });
  expect(await services.reader.follows(call, page.authorIds)).toEqual({ followed: NONE, missing: ['follows'] });
  const kept = watched();
  kept.setError = CommonErrors.UNAVAILABLE();
  expect(await kept.read()).toEqual({ liked: NONE, followed: NONE, missing: ['likes', 'follows'] });
  expect(kept.asked).toEqual(['liked sets of 7', 'followed sets of 7']);
});

it('fails with any other error, also with one that comes while the other answer is waited for', async () => {
  const broken = fails(CommonErrors.INTERNAL());
  const slowly: Answer = () => sleep(10).then(says(LIKED));
  for (const [likes, follows] of [
    [slowly, broken],
    [broken, slowly],
    [broken, broken],
  ] as const) {
    const services = new Services();
    Object.assign(services, { likes, follows });
    await expect(services.read()).rejects.toMatchObject({ name: 'INTERNAL' });
  }
});
