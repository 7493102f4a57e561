import type { UserDocument, VideoDocument } from '../documents.js';

export const videoSource = (video: VideoDocument): Record<string, unknown> => ({
  id: video.id,
  author_id: video.authorId,
  title: video.title,
  title_key: video.titleKey,
  terms: video.terms.join(' '),
  tags: video.tags,
  published_at: video.publishedAt,
  popularity: video.popularity,
  removed: video.removed,
});

export const userSource = (user: UserDocument): Record<string, unknown> => ({
  id: user.id,
  name_key: user.nameKey,
  username_key: user.usernameKey,
  terms: user.terms.join(' '),
});
