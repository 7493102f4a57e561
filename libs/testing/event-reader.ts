import { send, type Call } from './api-client.js';

export interface SentEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

function parse(block: string): SentEvent | undefined {
  const fields = Object.fromEntries(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );
  if (fields['data'] === undefined) return undefined;
  return { id: fields['id'] ?? '', event: fields['event'] ?? 'message', data: JSON.parse(fields['data']) as Record<string, unknown> };
}

/**
 * Reads server-sent events up to the first that is enough, or until the stream ends; then it hangs up.
 *
 * @throws Error when the answer is no stream of events
 */
export async function readEvents(path: string, call: Call, isEnough: (event: SentEvent) => boolean = () => false): Promise<SentEvent[]> {
  const response = await send('GET', path, call);
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream') || !response.body) throw new Error(`no events: ${type} ${await response.text()}`);
  const events: SentEvent[] = [];
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const event of blocks.flatMap((block) => parse(block) ?? [])) {
      events.push(event);
      // Leaving the loop cancels the body.
      if (isEnough(event)) return events;
    }
  }
  return events;
}
