import type { Card, Profile } from '@doul/contracts';

/**
 * A video with its author as JSON, cut at the two places that depend on the viewer: `before` is_follow `between` is_favorite
 * `after`, and a closing brace. A page is then pieces and flags; nothing is serialised for each request.
 */
export interface CardText {
  readonly id: number;
  readonly authorId: number;
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/** Bytes that a card takes in memory, roughly: V8 keeps texts beyond Latin-1 with two bytes a character. */
export const cardBytes = ({ before, between, after }: CardText): number => 2 * (before.length + between.length + after.length) + 200;

export function cardText(card: Card, author: Profile): CardText {
  const text = JSON.stringify;
  return {
    id: card.id,
    authorId: card.authorId,
    before:
      `{"id":${card.id},"author":{"id":${author.id},"name":${text(author.name)},"follow_count":${author.followCount}` +
      `,"follower_count":${author.followerCount},"is_follow":`,
    between:
      `,"avatar":${text(author.avatar)},"background_image":${text(author.backgroundImage)},"signature":${text(author.signature)}` +
      `,"total_favorited":${author.totalFavorited},"work_count":${author.workCount},"favorite_count":${author.favoriteCount}}` +
      `,"play_url":${text(card.playUrl)},"cover_url":${text(card.coverUrl)},"favorite_count":${card.favoriteCount}` +
      `,"comment_count":${card.commentCount},"is_favorite":`,
    after: `,"title":${text(card.title)}`,
  };
}

/** What of a page depends on its viewer. */
export interface ViewerFlags {
  /** Authors the viewer follows. */
  readonly followed: ReadonlySet<number>;
  /** Videos the viewer likes. */
  readonly liked: ReadonlySet<number>;
}

export const NO_FLAGS: ViewerFlags = { followed: new Set(), liked: new Set() };

/** @param extra further fields, each with its comma in front */
export const videoText = (card: CardText, flags: ViewerFlags, extra = ''): string =>
  `${card.before}${flags.followed.has(card.authorId)}${card.between}${flags.liked.has(card.id)}${card.after}${extra}}`;
