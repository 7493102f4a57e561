import { degradedHeader, ViewerFlagReader, type ReadFollows } from '@doul/cards';
import { CommentServiceDefinition, type CommentPage as StoredPage } from '@doul/contracts';
import { RawAnswer, answerHead, type Call, type InputOf, type Language } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { commentConfig } from '../comment.config.js';
import { commentPage, renderPage, type CommentPage } from './comment-page.js';
import { MAX_LIST, type commentList } from './comment.schema.js';
import { PageStore } from './page-store.js';

const heads: Record<Language, Buffer> = {
  en: Buffer.from(`${answerHead('en')},"comment_list":[`),
  zh: Buffer.from(`${answerHead('zh')},"comment_list":[`),
};
const PLAIN_TAIL = Buffer.from(']}');

/** Pages of so many comments travel together: 64 of them at their longest fit into one message of 16 MB. Longer ones travel alone. */
const MAX_TOGETHER = 100;
const NOBODY: ReadFollows = { followed: new Uint8Array(0), missing: [] };

@Injectable()
export class ListUseCase {
  constructor(
    @InjectRpc(CommentServiceDefinition) private readonly comments: ApiClient<typeof CommentServiceDefinition>,
    private readonly store: PageStore,
    private readonly flags: ViewerFlagReader,
  ) {}

  /**
   * Asks whether the page that is here is still right and whom of it the viewer follows, both at once and both together with
   * concurrent requests: everything up to the questions is synchronous.
   */
  async list(input: InputOf<typeof commentList>, call: Call): Promise<RawAnswer> {
    const { video_id: videoId, cursor = '', count: limit = MAX_LIST } = input;
    const key = `${videoId}:${cursor}:${limit}`;
    const known = this.store.peek(key);
    const [answer, early] = await Promise.all([
      this.comments.ask.listComments(
        { videoId, viewerId: call.viewerId, cursor, limit, etag: known?.etag ?? '' },
        { context: call, alone: Math.min(limit, known?.pieces.length ?? limit) > MAX_TOGETHER },
      ),
      known && this.followed(call, known),
    ]);
    const page = answer.same && known ? known : this.pageOf(key, answer);
    const joining = this.store.joined(key, page);
    const { followed, missing } = page === known && early ? early : await this.followed(call, page);
    const joined = joining instanceof Promise ? await joining : joining;
    const isPaged = input.cursor !== undefined || input.count !== undefined;
    const body = renderPage(joined, followed, heads[call.language], isPaged ? pagedTail(page) : PLAIN_TAIL);
    return new RawAnswer(body, { headers: degradedHeader(missing), isReusable: true });
  }

  /** Of several who are given the same new page at once, the first makes it. */
  private pageOf(key: string, answer: StoredPage): CommentPage {
    const made = this.store.peek(key);
    return made && made.etag === answer.etag ? made : commentPage(answer, commentConfig().TZ_NAME);
  }

  private followed(call: Call, { authorIds }: CommentPage): ReadFollows | Promise<ReadFollows> {
    return call.viewerId === 0 || authorIds.length === 0 ? NOBODY : this.flags.follows(call, authorIds);
  }
}

const pagedTail = ({ nextCursor }: CommentPage): Buffer =>
  Buffer.from(`],"next_cursor":${JSON.stringify(nextCursor)},"has_more":${nextCursor !== ''}}`);
