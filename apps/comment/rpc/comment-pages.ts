import { VersionedCache } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { CommentListRepository } from '../model/comment-list.repository.js';
import type { CommentRow } from '../model/comment.js';
import { isChanging } from '../model/list-versions.js';
import { pageOf } from './cursor.js';

export interface Page {
  /** Names what is on the page, on every instance alike; empty for a page that only its viewer may see. */
  etag: string;
  rows: readonly CommentRow[];
  /** Empty at the end. */
  nextCursor: string;
}

export interface PagePlace {
  videoId: number;
  viewerId: number;
  /** Comments with smaller ids. */
  before: number;
  limit: number;
}

/**
 * Every change names its list anew, so a page is right for as long as its version stands: unless the writer died between announcing
 * the change and saying that it is done, or died while Redis was away. The first is over after this, in ms,
 */
const CHANGING_MS = 1_000;
/** and the second after this. */
const LASTING_MS = 10_000;
const ttlMs = (version: string): number => (isChanging(version) ? CHANGING_MS : LASTING_MS);
const PAGES_BYTES = 32 << 20;
const AUTHORS_BYTES = 4 << 20;
/** Ids and times of a comment, and its strings' bookkeeping. */
const ROW_BYTES = 160;
/** Some hundred comments. Longer pages are read each time: the few who ask for them would push out what many ask for. */
const PAGE_BYTES = 64 << 10;
/** A video with more authors under review than this is read for each viewer, as if all of them had one. */
const MAX_AUTHORS = 1_000;
/** Characters of an etag: 96 bits of a SHA-1. */
const ETAG_LENGTH = 16;

/** Comments never change, so the ids say it all. */
function etagOf(rows: readonly CommentRow[], nextCursor: string): string {
  const ids = rows.map((row) => row.id).join(',');
  return createHash('sha1').update(`${ids};${nextCursor}`).digest('base64url').slice(0, ETAG_LENGTH);
}

/** Pages of comments, kept in this process as long as their list's version stands. */
@Injectable()
export class CommentPages {
  private readonly pages = new VersionedCache<Page>({
    name: 'comment-pages',
    ttlMs,
    maxBytes: PAGES_BYTES,
    maxValueBytes: PAGE_BYTES,
    sizeOf: ({ rows }) => rows.reduce((bytes, row) => bytes + ROW_BYTES + 2 * row.content.length, 0),
  });
  private readonly reviewed = new VersionedCache<ReadonlySet<number> | 'many'>({
    name: 'comment-authors-in-review',
    ttlMs,
    maxBytes: AUTHORS_BYTES,
    maxValueBytes: 50 * MAX_AUTHORS,
    sizeOf: (authors) => 1 + (authors === 'many' ? 0 : 40 * authors.size),
  });

  constructor(private readonly lists: CommentListRepository) {}

  /** @param version of the video's list, read after the question arrived; undefined = unknown */
  async page(place: PagePlace, version: string | undefined): Promise<Page> {
    const { videoId, viewerId, before, limit } = place;
    if (version === undefined) return this.read(place);
    if (viewerId > 0) {
      const authors = await this.reviewed.get(String(videoId), version, () => this.authorsInReview(videoId));
      if (authors === 'many' || authors.has(viewerId)) return this.read(place);
    }
    const shared = { ...place, viewerId: 0 };
    return this.pages.get(`${videoId}:${before}:${limit}`, version, () => this.read(shared));
  }

  /** From MySQL. */
  private async read({ videoId, viewerId, before, limit }: PagePlace): Promise<Page> {
    const { rows, nextCursor } = pageOf(await this.lists.ofVideo(videoId, viewerId, before, limit + 1), limit);
    const isShared = rows.every((row) => row.state === 'visible');
    return { rows, nextCursor, etag: isShared ? etagOf(rows, nextCursor) : '' };
  }

  private async authorsInReview(videoId: number): Promise<ReadonlySet<number> | 'many'> {
    const authors = await this.lists.authorsInReview(videoId, MAX_AUTHORS + 1);
    return authors.length > MAX_AUTHORS ? 'many' : new Set(authors);
  }
}
