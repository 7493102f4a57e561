/** What people of the demo set do to each other's videos and to each other; numbers are indexes of people and films. */
export interface Deeds {
  readonly follows: readonly { from: number; to: number }[];
  readonly likes: readonly { by: number; film: number }[];
  readonly comments: readonly { by: number; film: number; text: string; key: string }[];
  /** In the order of their conversation. */
  readonly talks: readonly { from: number; to: number; text: string; key: string }[][];
}

const REMARKS: readonly string[] = [
  '太好看了吧！',
  'Love this 😍',
  '学到了，明天就试试',
  'How did you do that?',
  '第一！',
  'This made my day',
  '哈哈哈哈哈笑不活了',
  'Please make a longer one',
  '背景音乐是什么？',
  'The colours are amazing',
  '已收藏 👍',
  'Greetings from the other side of the world 🌍',
  '求教程！',
  'I watched it three times',
  '好治愈啊',
  'More cats please',
];

const LINES: readonly string[] = [
  '在吗？',
  'Hey! Saw your new video, great work',
  '周末一起去爬山吗',
  'Sure, what time?',
  '早上七点，老地方见',
  'See you there 👋',
  '你那个视频是用什么拍的？',
  'Just a phone and a lot of patience',
];

/** A small generator of repeatable chance (mulberry32), 0 to 1. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const indexes = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Everybody follows some, the first people most often; the first is everybody's friend. */
function followsOf(people: number, random: () => number): Deeds['follows'] {
  const wants = (from: number, to: number): boolean => from === 0 || to === 0 || random() < 0.45 * (1 - to / (people * 1.2));
  return indexes(people).flatMap((from) =>
    indexes(people)
      .filter((to) => to !== from && wants(from, to))
      .map((to) => ({ from, to })),
  );
}

/** A few videos are liked by most, most by a few. */
function likesOf(people: number, films: number, random: () => number): Deeds['likes'] {
  return indexes(films).flatMap((film) => {
    const appeal = 0.05 + 0.85 * random() ** 3;
    return indexes(people).flatMap((by) => (random() < appeal ? [{ by, film }] : []));
  });
}

function commentsOf(people: number, films: number, random: () => number): Deeds['comments'] {
  return indexes(films).flatMap((film) =>
    indexes(Math.floor(random() * 5)).map((nth) => {
      const text = REMARKS[Math.floor(random() * REMARKS.length)] ?? 'Nice';
      return { by: Math.floor(random() * people), film, text, key: `seed-comment-${film}-${nth}` };
    }),
  );
}

/** Neighbours in the list talk, taking turns. */
function talksOf(people: number, random: () => number): Deeds['talks'] {
  return indexes(people - 1).map((other) => {
    const pair = other % 2 === 0 ? [0, other + 1] : [other, other + 1];
    return LINES.slice(0, 2 + Math.floor(random() * (LINES.length - 1))).map((text, at) => {
      const [from = 0, to = 1] = at % 2 === 0 ? pair : [...pair].reverse();
      return { from, to, text, key: `seed-talk-${other}-${at}` };
    });
  });
}

/** The same every time for the same numbers. */
export function deedsOf(people: number, films: number): Deeds {
  const random = chance(20_240_601);
  return {
    follows: followsOf(people, random),
    likes: likesOf(people, films, random),
    comments: commentsOf(people, films, random),
    talks: talksOf(people, random),
  };
}
