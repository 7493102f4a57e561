import type { StatusEntry } from '@doul/contracts';
import { EventStream } from '@doul/http';
import { newContext, type RequestContext } from '@doul/runtime';

/** The history of a video, as its author may read it. */
export interface History {
  /** Entries after one of them, the oldest first. */
  after(id: number, context: RequestContext): Promise<readonly StatusEntry[]>;
  /** What happened last; of a history that is trimmed, an entry with the id 0. */
  latest(context: RequestContext): Promise<StatusEntry | undefined>;
}

/**
 * Tells what happens to a video after an entry of its history, until nothing more will come. The first look is part of the request:
 * whoever may not see the video gets an ordinary refusal.
 */
export async function statusStream(
  history: History,
  from: number,
  show: (entry: StatusEntry) => object,
  context: RequestContext,
): Promise<EventStream> {
  let first: readonly StatusEntry[] | undefined = await history.after(from, context);
  if (first.length === 0 && (await endsWith(history, from, context))) return EventStream.OVER;
  let after = from;
  return new EventStream({
    poll: async () => {
      // Not on the deadline of the request, which is long over.
      const entries = first ?? (await history.after(after, newContext(context.requestId)));
      first = undefined;
      after = entries.at(-1)?.id ?? after;
      const events = entries.map((entry) => ({ id: String(entry.id), event: 'status', data: show(entry) }));
      return { events, isOver: entries.at(-1)?.complete ?? false };
    },
  });
}

/** Whether nothing comes after an entry: not even the last one, which may have been written since somebody looked. */
async function endsWith(history: History, id: number, context: RequestContext): Promise<boolean> {
  const last = await history.latest(context);
  return last !== undefined && last.complete && last.id <= id;
}
