import { VideoState, type IndexedUser, type IndexedVideo } from '@doul/contracts';
import { hashtags, indexTokens } from '@doul/text';
import { keyOf, termOf, termsOf } from './terms.js';

export interface VideoDocument {
  id: number;
  version: number;
  /** A tombstone: never found, but keeps late events of older versions out. */
  removed: boolean;
  authorId: number;
  title: string;
  titleKey: string;
  terms: string[];
  tags: string[];
  /** Unix ms. */
  publishedAt: number;
  /** Doublings of the likes: floor(log2(likes + 1)). It changes rarely, and with it the video's version. */
  popularity: number;
}

export interface UserDocument {
  id: number;
  version: number;
  nameKey: string;
  usernameKey: string;
  terms: string[];
}

const popularityOf = (likes: number): number => Math.floor(Math.log2(Math.max(0, likes) + 1));

/** Only published videos are found; any other state is a tombstone of its version. */
export function videoDocument(video: IndexedVideo): VideoDocument {
  if (video.state !== VideoState.PUBLISHED) return tombstone(video.id, video.authorId, video.version);
  return {
    id: video.id,
    version: video.version,
    removed: false,
    authorId: video.authorId,
    title: video.title,
    titleKey: keyOf(video.title),
    terms: termsOf(indexTokens(video.title)),
    tags: hashtags(video.title).map(termOf),
    publishedAt: video.publishedAtMs,
    popularity: popularityOf(video.favoriteCount),
  };
}

export const tombstone = (id: number, authorId: number, version: number): VideoDocument => ({
  id,
  version,
  removed: true,
  authorId,
  title: '',
  titleKey: '',
  terms: [],
  tags: [],
  publishedAt: 0,
  popularity: 0,
});

export const userDocument = (user: IndexedUser): UserDocument => ({
  id: user.id,
  version: user.version,
  nameKey: keyOf(user.name),
  usernameKey: keyOf(user.username),
  terms: termsOf([...indexTokens(user.name), ...indexTokens(user.username)]),
});
