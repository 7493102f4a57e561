import type { Profile } from '@doul/contracts';
import { describe, expect, it } from 'vitest';
import { authorPiece, withWorks } from './author-piece.js';

const profile: Profile = {
  id: 7,
  username: 'li',
  name: '李雷 "x" 😀',
  signature: 'né, "total_favorited":9',
  avatar: 'https://cdn/头像.jpg',
  backgroundImage: '',
  followCount: 1,
  followerCount: 20,
  isFollow: false,
  totalFavorited: 300,
  workCount: 4,
  favoriteCount: 5,
};

describe('the piece of an author', () => {
  it('is the same, byte for byte, with counts of its own and with new ones in place of others', () => {
    const works = { totalFavorited: 1_234_567, workCount: 0, favoriteCount: 12 };
    expect(withWorks(authorPiece(profile), works)).toEqual(authorPiece({ ...profile, ...works }));
    expect(withWorks(withWorks(authorPiece(profile), works), profile)).toEqual(authorPiece(profile));
    expect(JSON.parse(Buffer.from(authorPiece(profile).text, 'latin1').toString())).toMatchObject({
      name: profile.name,
      total_favorited: 300,
    });
  });
});
