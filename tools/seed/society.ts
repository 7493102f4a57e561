import { inParallel, type VideoObject } from '@doul/testing';
import { deedsOf, type Deeds } from './deeds.js';
import type { Member } from './member.js';
import { PEOPLE } from './people.js';
import { avatar, background } from './picture.js';
import { step } from './progress.js';

/** Calls at once: enough to keep a small machine busy, few enough to leave it usable. */
const WIDTH = 8;
/** Hue of the first person, in degrees; the others' are spread around the circle by the golden angle. */
const hueOf = (at: number): number => Math.round(20 + at * 137.5) % 360;

/** Gives everybody who has none a name, an avatar and a background. Signatures of all but the first are set too. */
export const dress = (members: readonly Member[]): Promise<void> =>
  step('profiles', async () => {
    await inParallel(members, WIDTH, async (member, at) => {
      const { name } = await member.profile();
      if (name === member.person.name) return;
      if (at > 0) await member.signs();
      // The name is set together with the pictures, so whoever has it is done.
      await member.looksLike(avatar(hueOf(at)), background(hueOf(at)));
    });
    return { count: members.length, result: undefined };
  });

const each = <T>(name: string, items: readonly T[], act: (item: T) => Promise<void>): Promise<void> =>
  step(name, async () => {
    await inParallel(items, WIDTH, act);
    return { count: items.length, result: undefined };
  });

const get = <T>(list: readonly T[], at: number): T => {
  const item = list[at];
  if (item === undefined) throw new Error(`there is no number ${at}`);
  return item;
};

/** Follows, likes, comments and messages; each has an effect once, however often it is repeated. */
export async function live(members: readonly Member[], videos: readonly VideoObject[]): Promise<void> {
  const deeds: Deeds = deedsOf(PEOPLE.length, videos.length);
  await each('follows', deeds.follows, ({ from, to }) => get(members, from).follows(get(members, to)));
  await each('likes', deeds.likes, ({ by, film }) => get(members, by).likes(get(videos, film)));
  await each('comments', deeds.comments, ({ by, film, text, key }) => get(members, by).comments(get(videos, film), text, key));
  await each('conversations', deeds.talks, async (lines) => {
    for (const { from, to, text, key } of lines) await get(members, from).tells(get(members, to), text, key);
  });
}
