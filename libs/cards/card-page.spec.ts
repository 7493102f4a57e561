import { Card, Profile, VideoState } from '@doul/contracts';
import { VideoSchema, userOf, type Video } from '@doul/http';
import { describe, expect, it } from 'vitest';
import { authorPiece } from './author-piece.js';
import { cardPage, joinedPage, renderPage } from './card-page.js';
import { titleOf, videoCard, withAuthor, withFields, type VideoCard } from './video-card.js';

/** Texts that break a serialiser made by hand: quotes, controls, line separators, surrogates, markup. */
const TEXTS = [
  '',
  'plain',
  '小"豆\\',
  'x\ny\u0000',
  '</script>\u2028',
  '👨‍👩‍👧 emoji',
  '\ud800 alone',
  'é'.repeat(300),
  '"is_favorite":false',
  'true ',
];

const random = (below: number): number => Math.floor(Math.random() * below);
const text = (): string => TEXTS[random(TEXTS.length)] as string;
const count = (): number => random(2) * random(2 ** 40);

const profileOf = (id: number): Profile =>
  Profile.fromPartial({
    id,
    name: text(),
    avatar: `http://a/${text()}`,
    backgroundImage: text(),
    signature: text(),
    followCount: count(),
    followerCount: count(),
    totalFavorited: count(),
    workCount: count(),
    favoriteCount: count(),
  });
const cardOf = (id: number, authorId: number): Card =>
  Card.fromPartial({
    id,
    authorId,
    title: text(),
    playUrl: text(),
    coverUrl: text(),
    favoriteCount: count(),
    commentCount: count(),
    state: VideoState.PUBLISHED,
    width: random(5_000),
    height: random(5_000),
    durationMs: count(),
    hlsUrl: text(),
    coverSmallUrl: text(),
    previewUrl: text(),
    storyboardUrl: text(),
    blurhash: text(),
  });

/** The plain serialiser: the object of the API, field by field. */
const plain = (card: Card, profile: Profile, liked: boolean, followed: boolean): Video => ({
  id: card.id,
  author: { ...userOf(profile), is_follow: followed },
  play_url: card.playUrl,
  cover_url: card.coverUrl,
  favorite_count: card.favoriteCount,
  comment_count: card.commentCount,
  is_favorite: liked,
  width: card.width,
  height: card.height,
  duration_ms: card.durationMs,
  hls_url: card.hlsUrl,
  cover_small_url: card.coverSmallUrl,
  preview_url: card.previewUrl,
  storyboard_url: card.storyboardUrl,
  blurhash: card.blurhash,
  state: 'published',
  title: card.title,
});

const bits = (flags: readonly boolean[]): Uint8Array => {
  const bytes = new Uint8Array((flags.length + 7) >> 3);
  flags.forEach((flag, at) => flag && (bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7))));
  return bytes;
};
/** The JSON of one card. */
const jsonOf = (card: VideoCard): string => renderPage(cardPage([card]), undefined, Buffer.from(''), Buffer.from('')).toString();

/** As JSON.stringify writes lone surrogates, so that both sides are compared after the same writing. */
const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a page made of bytes', () => {
  it('is what the plain serialiser would answer, whatever is in its texts and whoever looks', () => {
    for (let run = 0; run < 300; run += 1) {
      const profiles = new Map(Array.from({ length: 1 + random(6) }, (_, at) => [at + 1, profileOf(at + 1)]));
      const cards = Array.from({ length: random(40) }, () => cardOf(random(2 ** random(54)), 1 + random(profiles.size)));
      const made = cards.map((card) => {
        const then = videoCard(card, authorPiece(profileOf(card.authorId)));
        const now = authorPiece(profiles.get(card.authorId) as Profile);
        return withAuthor(then, now);
      });
      const page = random(2) === 0 ? cardPage(made) : joinedPage(cardPage(made));
      const liked = cards.map(() => random(3) === 0);
      const follows = new Map(page.authorIds.map((id) => [id, random(2) === 0]));
      const flags = { liked: bits(liked), followed: bits(page.authorIds.map((id) => follows.get(id) === true)) };
      const answer = renderPage(page, flags, Buffer.from('{"video_list":['), Buffer.from('],"next_time":5}'));
      const expected = cards.map((card, at) =>
        plain(card, profiles.get(card.authorId) as Profile, liked[at] === true, follows.get(card.authorId) === true),
      );
      expect(JSON.parse(answer.toString())).toEqual(written({ video_list: expected, next_time: 5 }));
      expect(JSON.parse(renderPage(page, undefined, Buffer.from('['), Buffer.from(']')).toString())).toEqual(
        written(cards.map((card) => plain(card, profiles.get(card.authorId) as Profile, false, false))),
      );
    }
  });

  it('has the fields of the schema and no others', () => {
    const video: unknown = JSON.parse(jsonOf(videoCard(cardOf(7, 5), authorPiece(profileOf(5)))));
    expect(VideoSchema.strict().parse(video)).toEqual(video);
  });

  it('gives each viewer what is theirs, although all share the page', () => {
    const made: VideoCard[] = Array.from({ length: 30 }, (_, at) => videoCard(cardOf(at, at % 4), authorPiece(profileOf(at % 4))));
    const page = joinedPage(cardPage(made));
    const before = Buffer.from(page.joined?.bytes as Buffer);
    for (let viewer = 0; viewer < 2_000; viewer += 1) {
      const liked = made.map(() => random(8) === 0);
      const followed = page.authorIds.map(() => random(4) === 0);
      const answer = renderPage(page, { liked: bits(liked), followed: bits(followed) }, Buffer.from('['), Buffer.from(']'));
      const videos = JSON.parse(answer.toString()) as Video[];
      expect(videos.map((video) => video.is_favorite)).toEqual(liked);
      expect(videos.map((video) => video.author.is_follow)).toEqual(made.map((_, at) => followed[at % 4]));
    }
    expect(page.joined?.bytes.equals(before)).toBe(true);
  });
});

it('knows the title of a card, and takes further fields', () => {
  for (const title of TEXTS) {
    const card = videoCard({ ...cardOf(7, 5), title }, authorPiece(profileOf(5)));
    expect(titleOf(card)).toBe(written(title));
    expect(JSON.parse(jsonOf(withFields(card, ',"reason":"why"')))).toMatchObject({ title: written(title), reason: 'why' });
  }
});
