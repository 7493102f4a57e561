import { setTimeout as sleep } from 'node:timers/promises';
import { CommonErrors } from '@doul/contracts';
import { ask, type Answer, type Call } from '@doul/testing';

/** What a busy system answers: the same call may succeed a moment later. */
const PASSING = new Set([CommonErrors.RATE_LIMITED, CommonErrors.UNAVAILABLE, CommonErrors.DEADLINE].map((error) => error.row.code));
/** Pauses before the tries that follow, in ms. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000, 16_000];

export interface Request extends Call {
  /** Makes a creating call one that can be repeated: the same key answers the first result. */
  key?: string;
}

export const keyHeader = (key: string | undefined): Record<string, string> => (key === undefined ? {} : { 'idempotency-key': key });

/** One call of the public API, repeated while the system is busy or out of reach; its answer may be a refusal. */
export async function call<T>(method: 'GET' | 'POST', path: string, { key, ...request }: Request = {}): Promise<Answer & T> {
  for (let tries = 0; ; tries += 1) {
    const pause = PAUSES[tries];
    try {
      const answer = await ask<T>(method, path, { ...request, headers: keyHeader(key) });
      if (!PASSING.has(answer.status_code) || pause === undefined) return answer;
    } catch (error) {
      if (pause === undefined) throw error;
    }
    await sleep(pause);
  }
}

/** The same for a call that must succeed. */
export async function must<T>(method: 'GET' | 'POST', path: string, request: Request = {}): Promise<Answer & T> {
  const answer = await call<T>(method, path, request);
  if (answer.status_code !== 0) throw new Error(`${method} ${path}: ${answer.status_code} ${answer.status_msg}`);
  return answer;
}
