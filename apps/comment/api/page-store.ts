import { CardStore, type AuthorPiece } from '@doul/cards';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { joinPage, pageBytes, type CommentPage, type JoinedPage } from './comment-page.js';

interface Kept {
  readonly page: CommentPage;
  joined: JoinedPage;
  checkedAt: number;
}

/** About 10,000 pages of ten comments. */
const MAX_BYTES = 64 << 20;
/** Longer pages are joined anew each time: the few who ask for them would push out what many ask for. */
const MAX_KEPT = 100;
/** How often a joined page is compared with its authors, in ms. */
const CHECK_MS = 50;

/** Pages of comments, joined with their authors, in this process. Whether a page is still right is for comment-rpc to say. */
@Injectable()
export class PageStore {
  private readonly pages = new LRUCache<string, Kept>({ maxSize: MAX_BYTES });

  constructor(private readonly cards: CardStore) {}

  /** The page as it was when somebody asked for it last. */
  peek(key: string): CommentPage | undefined {
    return this.pages.get(key)?.page;
  }

  /** A page with its authors as they are now. Synchronous when all are here. */
  joined(key: string, page: CommentPage): JoinedPage | Promise<JoinedPage> {
    const now = Date.now();
    const kept = this.pages.get(key);
    if (kept?.page === page && now - kept.checkedAt < CHECK_MS) return kept.joined;
    const authors: (AuthorPiece | null)[] = [];
    for (const id of page.authorIds) {
      const author = this.cards.peekAuthor(id, now);
      if (author === undefined) return this.load(key, page);
      authors.push(author);
    }
    return this.join(key, page, authors, now);
  }

  private async load(key: string, page: CommentPage): Promise<JoinedPage> {
    const authors = await this.cards.authorsOf(page.authorIds);
    return this.join(
      key,
      page,
      page.authorIds.map((id) => authors.get(id) ?? null),
      Date.now(),
    );
  }

  private join(key: string, page: CommentPage, authors: readonly (AuthorPiece | null)[], now: number): JoinedPage {
    const kept = this.pages.get(key);
    if (kept?.page === page && kept.joined.authors.every((author, at) => author === authors[at])) {
      kept.checkedAt = now;
      return kept.joined;
    }
    const joined = joinPage(page, authors);
    if (page.etag !== '' && page.pieces.length <= MAX_KEPT)
      this.pages.set(key, { page, joined, checkedAt: now }, { size: pageBytes(page, joined) });
    return joined;
  }
}
