import { VideoState, type Card } from '@doul/contracts';
import { NO, bytesText, type AuthorPiece } from './author-piece.js';

/**
 * A video with its author as JSON without a viewer. Immutable: whatever changes in it makes a new one. An author is kept once, not in each
 * of their videos.
 */
export interface VideoCard {
  readonly id: number;
  /** What stands between the id and `rest`. */
  readonly author: AuthorPiece;
  /** What follows the author; see `bytesText`. */
  readonly rest: string;
  /** Offset of the value of `is_favorite` in `rest`. */
  readonly favoriteAt: number;
  /** Offset of the value of `title`, the last field, in `rest`. */
  readonly titleAt: number;
}

/** Bytes that a card takes in memory, roughly: its text, and its objects. */
export const cardBytes = (card: VideoCard): number => card.rest.length + 250;

/** States as clients see them; a card of any other is never shown. */
const STATES: Partial<Record<VideoState, string>> = {
  [VideoState.UPLOADED]: 'uploaded',
  [VideoState.PROBING]: 'processing',
  [VideoState.TRANSCODING]: 'processing',
  [VideoState.PUBLISHED]: 'published',
  [VideoState.REJECTED]: 'rejected',
  [VideoState.FAILED]: 'failed',
};

/** What was made of the upload, each field with its comma in front. */
function mediaFields(card: Card): string {
  const text = JSON.stringify;
  return (
    `,"width":${card.width},"height":${card.height},"duration_ms":${card.durationMs},"hls_url":${text(card.hlsUrl)}` +
    `,"cover_small_url":${text(card.coverSmallUrl)},"preview_url":${text(card.previewUrl)},"storyboard_url":${text(card.storyboardUrl)}` +
    `,"blurhash":${text(card.blurhash)},"state":"${STATES[card.state] ?? 'failed'}"`
  );
}

/** @param extra further fields, each with its comma in front */
export function videoCard(card: Card, author: AuthorPiece, extra = ''): VideoCard {
  const text = JSON.stringify;
  const counts =
    `,"play_url":${text(card.playUrl)},"cover_url":${text(card.coverUrl)},"favorite_count":${card.favoriteCount}` +
    `,"comment_count":${card.commentCount},"is_favorite":`;
  const media = `${NO}${mediaFields(card)},"title":`;
  const favoriteAt = Buffer.byteLength(counts);
  return {
    id: card.id,
    author,
    rest: bytesText(`${counts}${media}${text(card.title)}${extra}}`),
    favoriteAt,
    titleAt: favoriteAt + Buffer.byteLength(media),
  };
}

/** The same video after its author changed. */
export const withAuthor = (card: VideoCard, author: AuthorPiece): VideoCard => ({ ...card, author });

export const titleOf = (card: VideoCard): string =>
  JSON.parse(Buffer.from(card.rest.slice(card.titleAt, -1), 'latin1').toString()) as string;

/** The same video with further fields, each with its comma in front. */
export const withFields = (card: VideoCard, fields: string): VideoCard => ({
  ...card,
  rest: card.rest.slice(0, -1) + bytesText(`${fields}}`),
});
