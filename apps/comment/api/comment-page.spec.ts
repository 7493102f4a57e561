import { authorPiece } from '@doul/cards';
import type { Comment as StoredComment, Profile } from '@doul/contracts';
import { userOf } from '@doul/http';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commentPage, joinPage, renderPage } from './comment-page.js';
import { createDate } from './create-date.js';

const ZONE = 'Asia/Shanghai';
/** Emoji, quotes, control characters, halves of surrogate pairs, and what looks like JSON. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"}', '\\', '\u2028', '\u0000', '","is_follow":true,"', '😀'),
);
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const profile: fc.Arbitrary<Omit<Profile, 'id'>> = fc.record({
  username: text,
  name: text,
  signature: text,
  avatar: text,
  backgroundImage: text,
  followCount: whole,
  followerCount: whole,
  isFollow: fc.constant(false),
  totalFavorited: whole,
  workCount: whole,
  favoriteCount: whole,
});
const comment = fc.record({
  id: whole,
  videoId: whole,
  userId: fc.integer({ min: 1, max: 6 }),
  content: text,
  createdAtMs: fc.nat({ max: 4_000_000_000_000 }),
});
/** Users 5 and 6 do not exist. */
const authors = fc.tuple(profile, profile, profile, profile).map((all) => new Map(all.map((one, at) => [at + 1, { ...one, id: at + 1 }])));

/** JSON carries no half of a surrogate pair as such; what a client reads is the replacement character. */
const asRead = (value: unknown): unknown => JSON.parse(Buffer.from(JSON.stringify(value)).toString());

/** The answer as a plain serialiser would write it. */
function plainly(comments: readonly StoredComment[], users: ReadonlyMap<number, Profile>, follows: ReadonlySet<number>) {
  const list = comments.flatMap(({ id, userId, content, createdAtMs }) => {
    const user = users.get(userId);
    if (!user) return [];
    return [{ id, user: { ...userOf(user), is_follow: follows.has(userId) }, content, create_date: createDate(createdAtMs, ZONE) }];
  });
  return asRead({ comment_list: list });
}

function bitsOf(ids: readonly number[], yes: ReadonlySet<number>): Uint8Array {
  const bits = new Uint8Array(Math.ceil(ids.length / 8));
  ids.forEach((id, at) => yes.has(id) && (bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7))));
  return bits;
}

it('a page from its pieces reads as the same comments from a plain serialiser, for each of its viewers in turn', () => {
  fc.assert(
    fc.property(
      fc.array(comment, { maxLength: 12 }),
      authors,
      fc.array(fc.uniqueArray(fc.nat({ max: 6 })), { maxLength: 5 }),
      (...given) => {
        const [comments, users, viewers] = given;
        const page = commentPage({ same: false, etag: 'e', comments, nextCursor: '' }, ZONE);
        const joined = joinPage(
          page,
          page.authorIds.map((id) => {
            const user = users.get(id);
            return user ? authorPiece(user) : null;
          }),
        );
        const render = (follows: ReadonlySet<number>) =>
          renderPage(joined, bitsOf(page.authorIds, follows), Buffer.from('{"comment_list":['), Buffer.from(']}'));
        const answers = viewers.map((follows) => render(new Set(follows)));
        answers.forEach((answer, at) => expect(JSON.parse(answer.toString())).toEqual(plainly(comments, users, new Set(viewers[at]))));
        // All of one length: flags are written over each other's place.
        expect(new Set(answers.map((answer) => answer.length)).size).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 300 },
  );
});
