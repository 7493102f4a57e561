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
 * Reads server-sent events until there are `most`, or the stream ends; then it hangs up.
 *
 * @throws Error when the answer is no stream of events
 */
export async function readEvents(path: string, call: Call, most = Infinity): Promise<SentEvent[]> {
  const response = await send('GET', path, call);
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream') || !response.body) throw new Error(`no events: ${type} ${await response.text()}`);
  const events: SentEvent[] = [];
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.flatMap((block) => parse(block) ?? []));
    // Leaving the loop cancels the body.
    if (events.length >= most) break;
  }
  return events.slice(0, most);
}
