import { RawAnswer, answerHead, type Call, type Language } from '@doul/http';
import { Injectable } from '@nestjs/common';
import { cardPage, renderPage, type CardPage, type ViewerFlags } from './card-page.js';
import { ViewerFlagReader } from './viewer-flags.js';
import type { VideoCard } from './video-card.js';

const heads: Record<Language, Buffer> = {
  en: Buffer.from(`${answerHead('en')},"video_list":[`),
  zh: Buffer.from(`${answerHead('zh')},"video_list":[`),
};

/** A header that names the flags that are false because their service was away, if any: `likes`, `follows`, or both. */
export const degradedHeader = (missing: readonly string[]): string[] => (missing.length > 0 ? ['x-doul-degraded', missing.join(', ')] : []);

/** Answers with lists of videos as their viewer sees them. */
@Injectable()
export class VideoPages {
  constructor(private readonly flags: ViewerFlagReader) {}

  /**
   * A complete answer. Up to the question for the flags it is synchronous, so that questions of concurrent requests travel together.
   *
   * @param fields what follows the list, each with its comma in front
   * @param common headers of an answer that is the same for everybody: names and values in turn
   */
  answer(call: Call, page: CardPage, fields: string, common: readonly string[] = []): RawAnswer | Promise<RawAnswer> {
    const tail = Buffer.from(`]${fields}}`);
    const render = (flags?: ViewerFlags): Buffer => renderPage(page, flags, heads[call.language], tail);
    if (call.viewerId === 0 || page.cards.length === 0) return new RawAnswer(render(), { headers: common, isReusable: true });
    return this.flags.read(call, page).then((flags) => {
      const { missing } = flags;
      return new RawAnswer(render(flags), { headers: degradedHeader(missing), isReusable: true });
    });
  }

  list(call: Call, cards: readonly VideoCard[], fields: string): RawAnswer | Promise<RawAnswer> {
    return this.answer(call, cardPage(cards), fields);
  }
}
