import type { Card } from '@doul/contracts';
import type { User } from '@doul/http';
import { highlight } from './highlight.js';
import type { FoundVideo } from './search.schema.js';

export const toFoundVideo = (card: Card, author: User, isFavorite: boolean, keyword: string): FoundVideo => ({
  id: card.id,
  author,
  play_url: card.playUrl,
  cover_url: card.coverUrl,
  favorite_count: card.favoriteCount,
  comment_count: card.commentCount,
  is_favorite: isFavorite,
  title: card.title,
  highlight: highlight(card.title, keyword),
});
