import { VideoState, type Card } from '@doul/contracts';
import { NO, type AuthorPiece } from './author-piece.js';

/** A video with its author as JSON without a viewer. Immutable: whatever changes in it makes a new one. */
export interface VideoCard {
  readonly id: number;
  /** The author's piece that lies in `bytes` from `authorAt` on. */
  readonly author: AuthorPiece;
  readonly bytes: Buffer;
  readonly authorAt: number;
  /** Offset of the value of `is_favorite` in `bytes`; that of `is_follow` is `authorAt + author.followAt`. */
  readonly favoriteAt: number;
  /** Offset of the value of `title`, the last field. */
  readonly titleAt: number;
}

/** Bytes that a card takes in memory, roughly: its text, and its objects. */
export const cardBytes = (card: VideoCard): number => card.bytes.length + 300;

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
  const head = Buffer.from(`{"id":${card.id},"author":`);
  const counts =
    `,"play_url":${text(card.playUrl)},"cover_url":${text(card.coverUrl)},"favorite_count":${card.favoriteCount}` +
    `,"comment_count":${card.commentCount},"is_favorite":`;
  const title = `${mediaFields(card)},"title":`;
  const tail = Buffer.from(`${counts}${NO}${title}${text(card.title)}${extra}}`);
  const favoriteAt = head.length + author.bytes.length + Buffer.byteLength(counts);
  return {
    id: card.id,
    author,
    bytes: Buffer.concat([head, author.bytes, tail]),
    authorAt: head.length,
    favoriteAt,
    titleAt: favoriteAt + NO.length + Buffer.byteLength(title),
  };
}

/** The same video after its author changed. */
export function withAuthor(card: VideoCard, author: AuthorPiece): VideoCard {
  const end = card.authorAt + card.author.bytes.length;
  const shift = author.bytes.length - card.author.bytes.length;
  return {
    ...card,
    author,
    bytes: Buffer.concat([card.bytes.subarray(0, card.authorAt), author.bytes, card.bytes.subarray(end)]),
    favoriteAt: card.favoriteAt + shift,
    titleAt: card.titleAt + shift,
  };
}

export const titleOf = (card: VideoCard): string => JSON.parse(card.bytes.toString('utf8', card.titleAt, card.bytes.length - 1)) as string;

/** The same video with further fields, each with its comma in front. */
export const withFields = (card: VideoCard, fields: string): VideoCard => ({
  ...card,
  bytes: Buffer.concat([card.bytes.subarray(0, -1), Buffer.from(`${fields}}`)]),
});
