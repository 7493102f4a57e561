import { VideoSchema } from '@doul/http';
import { Card, Profile } from '@doul/contracts';
import { expect, it } from 'vitest';
import { NO_FLAGS, cardText, videoText } from './card-text.js';

const profile = Profile.fromPartial({
  id: 5,
  name: '小"豆\\',
  avatar: 'http://a',
  backgroundImage: 'http://b',
  signature: 'x\ny',
  followCount: 1,
});
const card = Card.fromPartial({
  id: 7,
  authorId: 5,
  title: '</script>\u2028 海"',
  playUrl: 'http://p',
  coverUrl: 'http://c',
  favoriteCount: 3,
});

it('is the object of the API, field by field, whatever is in its texts', () => {
  const video = JSON.parse(videoText(cardText(card, profile), { followed: new Set([5]), liked: new Set() })) as unknown;
  expect(VideoSchema.strict().parse(video)).toEqual(video);
  expect(video).toMatchObject({
    id: 7,
    title: card.title,
    is_favorite: false,
    favorite_count: 3,
    author: { id: 5, name: profile.name, is_follow: true },
  });
});

it('takes the flags of the viewer and further fields', () => {
  const text = cardText(card, profile);
  expect(JSON.parse(videoText(text, NO_FLAGS, ',"state":"failed"'))).toMatchObject({
    is_favorite: false,
    author: { is_follow: false },
    state: 'failed',
  });
  expect(JSON.parse(videoText(text, { followed: new Set(), liked: new Set([7]) }))).toMatchObject({ is_favorite: true });
});
