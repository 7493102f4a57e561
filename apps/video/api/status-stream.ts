import type { StatusEntry } from '@doul/contracts';
import { EventStream } from '@doul/http';
import { newContext, runInContext } from '@doul/runtime';

/** The history of a video, as its author may read it. */
export interface History {
  /** Entries after one of them, the oldest first. */
  after(id: number): Promise<readonly StatusEntry[]>;
  /** What happened last; of a history that is trimmed, an entry with the id 0. */
  latest(): Promise<StatusEntry | undefined>;
}

/**
 * Tells what happens to a video after an entry of its history, until nothing more will come. The first look is part of the request:
 * whoever may not see the video gets an ordinary refusal.
 */
export async function statusStream(
  history: History,
  from: number,
  show: (entry: StatusEntry) => object,
  requestId: string,
): Promise<EventStream> {
  let first: readonly StatusEntry[] | undefined = await history.after(from);
  if (first.length === 0 && (await endsWith(history, from))) return EventStream.OVER;
  let after = from;
  return new EventStream({
    poll: async () => {
      // Not on the deadline of the request, which is long over.
      const entries = first ?? (await runInContext(newContext(requestId), () => history.after(after)));
      first = undefined;
      after = entries.at(-1)?.id ?? after;
      const events = entries.map((entry) => ({ id: String(entry.id), event: 'status', data: show(entry) }));
      return { events, isOver: entries.at(-1)?.complete ?? false };
    },
  });
}

/** Whether nothing comes after an entry: not even the last one, which may have been written since somebody looked. */
async function endsWith(history: History, id: number): Promise<boolean> {
  const last = await history.latest();
  return last !== undefined && last.complete && last.id <= id;
}
