import { CommonErrors, DoulError, bitsWhere, unpackIds } from '@doul/contracts';
import { CommandBatch, MemberFlags, RedisStore, encodeArguments, type RedisCall } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { LikeRepository, type LikedVideo } from './like.repository.js';
import { LikeStore } from './like.store.js';

/** Marks of a membership; see like.scripts.ts. */
export const LOADED_MEMBER = '.';
const LOADING_MEMBER = '#';
export const TOTAL_MEMBER = '$';
const unlikedMember = (videoId: number): string => `x${videoId}`;

export interface FlagQuestion {
  viewerId: number;
  /** Packed. */
  ids: Uint8Array;
}

/** Asks for some of a viewer's likes before a time (Unix ms, exclusive), latest first. */
export interface ListQuestion {
  viewerId: number;
  before: number;
  limit: number;
}

/** Ids of videos. */
export type LikedSet = readonly number[] | 'too many';

type Score = string | null;

/** Where a viewer's likes are: those up to `floor` (Unix ms) only in MySQL, as of loading number `loading`. */
interface Split {
  floor: number;
  loading: Score;
}

/** Members and scores, as Redis answers them in turn. */
const pairsOf = (flat: readonly string[]): LikedVideo[] =>
  Array.from({ length: flat.length / 2 }, (_, at) => ({ videoId: Number(flat[2 * at]), likedAt: Number(flat[2 * at + 1]) }));

/** The marks of a membership, as `CommandBatch` takes them. */
const MARKS = encodeArguments([LOADED_MEMBER, LOADING_MEMBER]);

const beforeText = (before: number): string => (before === Infinity ? '+inf' : `(${before}`);

/** A list is read again when its membership was loaded anew meanwhile: once for every 2,000 likes of one viewer. */
const LIST_TRIES = 5;

/** Reads memberships. What lies below a membership's floor is asked of MySQL, minus what Redis knows to be taken back. */
@Injectable()
export class LikeMembers {
  private readonly bits = new MemberFlags('zset', LOADED_MEMBER);

  constructor(
    private readonly redis: RedisStore,
    private readonly store: LikeStore,
    private readonly repository: LikeRepository,
  ) {}

  /**
   * Which of the ids each viewer likes, as bit sets; undefined for a viewer whose membership is not loaded. One round trip for all, but
   * for viewers with very many likes, of whom MySQL may have to be asked; that failing is an error in the question's place.
   */
  async flags(questions: readonly FlagQuestion[]): Promise<(Uint8Array | DoulError | undefined)[]> {
    const answers: (Uint8Array | DoulError | undefined)[] = questions.map(() => undefined);
    const floored: number[] = [];
    const batch = new CommandBatch(this.redis.client);
    questions.forEach(({ viewerId, ids }, at) =>
      this.bits.ask(batch, this.store.membershipKey(viewerId), ids, (found, floor) => {
        answers[at] = found;
        if (found && String(floor) !== '0') floored.push(at);
      }),
    );
    await batch.send();
    const ask = async (at: number): Promise<void> => {
      answers[at] = await this.deepFlags(questions[at] as FlagQuestion).catch((error: unknown) =>
        error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error),
      );
    };
    if (floored.length > 0) await Promise.all(floored.map(ask));
    return answers;
  }

  /**
   * The same for one viewer whose older likes are in MySQL. What Redis neither has nor knows as taken back had the same state in
   * MySQL at that moment, so a row that is still there then was there all the time.
   */
  private async deepFlags({ viewerId, ids }: FlagQuestion): Promise<Uint8Array | undefined> {
    const videoIds = unpackIds(ids);
    const [split, scores] = await this.look(viewerId, [...videoIds.map(String), ...videoIds.map(unlikedMember)]);
    if (!split) return undefined;
    const inRedis = (at: number): boolean => scores[at] !== null;
    const unliked = (at: number): boolean => scores[videoIds.length + at] !== null;
    const unsure = videoIds.filter((_, at) => !inRedis(at) && !unliked(at));
    const old = split.floor === 0 ? new Set<number>() : await this.repository.likedUpTo(viewerId, unsure, split.floor);
    return bitsWhere(videoIds.length, (at) => inRedis(at) || old.has(videoIds[at] as number));
  }

  /**
   * All that each viewer likes, or 'too many' for one with more than `limit` or with likes that only MySQL has; undefined for a viewer
   * whose membership is not loaded. One round trip for all.
   */
  async sets(viewerIds: readonly number[], limit: number): Promise<(LikedSet | undefined)[]> {
    const found: (LikedSet | undefined)[] = viewerIds.map(() => undefined);
    const batch = new CommandBatch(this.redis.client);
    // One more than may be there, and the mark, which comes first unless there are the marks of a floor.
    const range = encodeArguments([0, limit + 1]);
    viewerIds.forEach((viewerId, at) =>
      batch.add('ZRANGE', this.store.membershipKey(viewerId), range, 2, (reply) => {
        const [first, ...videoIds] = (reply as readonly Buffer[]).map(String);
        if (first === undefined) return;
        found[at] = first !== LOADED_MEMBER || videoIds.length > limit ? 'too many' : videoIds.map(Number);
      }),
    );
    await batch.send();
    return found;
  }

  /** What MySQL says about likes from below the floor, as the record script believes it; undefined when the membership is not loaded. */
  async said(viewerId: number, videoIds: readonly number[]): Promise<Map<number, string> | undefined> {
    const [split] = await this.look(viewerId, []);
    if (!split) return undefined;
    const old = await this.repository.likedUpTo(viewerId, videoIds, split.floor);
    return new Map(videoIds.map((id) => [id, `${old.has(id) ? '+' : '-'}${split.loading ?? ''}`]));
  }

  /**
   * The lists of many viewers in one round trip; undefined for those that need a closer look: whose membership is not loaded or being
   * changed, or goes on in MySQL.
   */
  async latestOfMany(questions: readonly ListQuestion[]): Promise<(LikedVideo[] | undefined)[]> {
    const found: (LikedVideo[] | undefined)[] = questions.map(() => undefined);
    const batch = new CommandBatch(this.redis.client);
    questions.forEach(({ viewerId, before, limit }, at) => {
      const key = this.store.membershipKey(viewerId);
      const range = encodeArguments([beforeText(before), '(0', 'WITHSCORES', 'LIMIT', 0, limit]);
      let marks = '';
      let likes: LikedVideo[] = [];
      batch.add('ZMSCORE', key, MARKS, 2, (reply) => (marks = String(reply)));
      batch.add('ZREVRANGEBYSCORE', key, range, 6, (reply) => (likes = pairsOf((reply as readonly Buffer[]).map(String))));
      batch.add('ZMSCORE', key, MARKS, 2, (reply) => {
        // The floor is 0 where Redis has all likes.
        if (marks.startsWith('0,') && String(reply) === marks) found[at] = likes;
      });
    });
    await batch.send();
    return found;
  }

  /** Liked videos before a time (Unix ms, exclusive), latest first; undefined when the membership is not loaded. */
  async latest(viewerId: number, before: number, limit: number): Promise<LikedVideo[] | undefined> {
    const key = this.store.membershipKey(viewerId);
    const marks: RedisCall = ['zmscore', key, LOADED_MEMBER, LOADING_MEMBER];
    const from = beforeText(before);
    for (let tries = 0; tries < LIST_TRIES; tries += 1) {
      const range: RedisCall = ['zrevrangebyscore', key, from, '(0', 'WITHSCORES', 'LIMIT', 0, limit + 1];
      const [first, flat, last] = (await this.redis.many([marks, range, marks])) as [Score[], string[], Score[]];
      const [floor = null, loading = null] = first;
      if (floor === null) return undefined;
      if (String(first) !== String(last)) continue;
      const split = { floor: Number(floor), loading };
      const found = pairsOf(flat).filter((like) => like.likedAt > split.floor);
      if (found.length >= limit || split.floor === 0) return found.slice(0, limit);
      const older = await this.older(viewerId, split, Math.min(before, split.floor + 1), limit - found.length);
      if (older) return [...found, ...older];
    }
    throw CommonErrors.UNAVAILABLE();
  }

  /** Likes from below the floor; undefined when the membership is no longer the one that was looked at. */
  private async older(viewerId: number, split: Split, before: number, limit: number): Promise<LikedVideo[] | undefined> {
    const found: LikedVideo[] = [];
    for (let from = before; found.length < limit;) {
      const rows = await this.repository.likesBefore(viewerId, from, limit);
      const members = rows.flatMap(({ videoId }) => [String(videoId), unlikedMember(videoId)]);
      const [now, scores] = await this.look(viewerId, members);
      if (now?.loading !== split.loading) return undefined;
      // A video that was liked again is in the set, with its later time.
      found.push(...rows.filter((_, at) => scores[2 * at] === null && scores[2 * at + 1] === null));
      if (rows.length < limit) break;
      from = rows.at(-1)?.likedAt ?? 0;
    }
    return found.slice(0, limit);
  }

  /** The state of a membership, undefined when it is not loaded, and the scores of members at the same moment. */
  private async look(viewerId: number, members: readonly string[]): Promise<[Split | undefined, Score[]]> {
    const call: RedisCall = ['zmscore', this.store.membershipKey(viewerId), LOADED_MEMBER, LOADING_MEMBER, ...members];
    const [[floor = null, loading = null, ...scores] = []] = (await this.redis.many([call])) as Score[][];
    return [floor === null ? undefined : { floor: Number(floor), loading }, scores];
  }

  /** Number of likes of each viewer whose membership is loaded. */
  async counts(viewerIds: readonly number[]): Promise<Map<number, number>> {
    const keys = viewerIds.map((viewerId) => this.store.membershipKey(viewerId));
    const replies = await this.redis.many(keys.flatMap((key) => [['zcard', key] as const, ['zscore', key, TOTAL_MEMBER] as const]));
    return new Map(
      viewerIds.flatMap((viewerId, at) => {
        const [members, total] = replies.slice(2 * at, 2 * at + 2) as [number, Score];
        if (members === 0) return [];
        return [[viewerId, total === null ? members - 1 : Math.abs(Number(total))] as const];
      }),
    );
  }
}
