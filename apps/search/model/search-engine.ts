import type { UserDocument, VideoDocument } from './documents.js';
import type { UserQuery, VideoQuery } from './queries.js';

/** One found thing. Pages continue strictly after the last hit's score and id. */
export interface Hit {
  id: number;
  score: number;
}

export interface Page {
  /** The last hit of the page before, if there was one. */
  after?: Hit | undefined;
  limit: number;
}

/** Receives everything that is to be in a new index. Versions decide, so what live events have written there already is safe. */
export interface Rebuild {
  indexVideos(documents: readonly VideoDocument[]): Promise<void>;
  indexUsers(documents: readonly UserDocument[]): Promise<void>;
  /** Answers queries from the new index, in one step, and deletes the old one. */
  finish(): Promise<void>;
  /** Drops the new index. */
  abandon(): Promise<void>;
}

/**
 * Where videos and users are found. Writes are idempotent and may come in any order: a document replaces one of a lower version
 * only, and a removed one stays as a tombstone. Both engines rank alike (`ranking.ts`) and pass the same tests.
 */
export interface SearchEngine {
  readonly name: string;
  /** Creates what is missing. @returns whether the index has everything that there was when it was made; else it is to be filled */
  ensure(): Promise<boolean>;
  /** Remembers with the index that it has been filled. What is in it says nothing of that: events write to it before and meanwhile. */
  markFilled(): Promise<void>;
  indexVideos(documents: readonly VideoDocument[]): Promise<void>;
  indexUsers(documents: readonly UserDocument[]): Promise<void>;
  searchVideos(query: VideoQuery, page: Page): Promise<Hit[]>;
  searchUsers(query: UserQuery, page: Page): Promise<Hit[]>;
  /** Starts a new index; from now on every write goes to it as well. What an interrupted rebuild left behind is dropped. */
  beginRebuild(): Promise<Rebuild>;
  close(): Promise<void>;
}
