import { CommonErrors, type FlagAnswer } from '@doul/contracts';
import type { Call } from '@doul/http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ViewerFlagReader } from './viewer-flags.js';

const call = { viewerId: 7, requestId: 'request-1' } as unknown as Call;
const page = { videoIds: Uint8Array.of(1), authorIds: Uint8Array.of(2) };
const LIKED = Uint8Array.of(3);
const FOLLOWED = Uint8Array.of(4);
const NONE = new Uint8Array(0);

type Answer = () => Promise<FlagAnswer>;
const says =
  (bits: Uint8Array): Answer =>
  async () => ({ bits });
const fails =
  (error: Error, afterMs = 0): Answer =>
  () =>
    sleep(afterMs).then(() => Promise.reject(error));

/** A reader over services that answer so; `asked` remembers what they were asked. */
function newReader(likes: Answer, follows: Answer) {
  const asked: unknown[] = [];
  const service = (answer: Answer) => (question: unknown, options: unknown) => {
    asked.push([question, options]);
    return answer();
  };
  type Services = ConstructorParameters<typeof ViewerFlagReader>;
  const favorites = { ask: { getFlags: service(likes) } } as unknown as Services[0];
  const relations = { ask: { getFollowFlags: service(follows) } } as unknown as Services[1];
  return { reader: new ViewerFlagReader(favorites, relations), asked };
}

it('asks both services in one turn, for the viewer and in the context of the call', async () => {
  const { reader, asked } = newReader(says(LIKED), says(FOLLOWED));
  const flags = reader.read(call, page);
  const options = { context: call, deadlineMs: 800 };
  expect(asked).toEqual([
    [{ viewerId: 7, ids: page.videoIds }, options],
    [{ viewerId: 7, ids: page.authorIds }, options],
  ]);
  expect(await flags).toEqual({ liked: LIKED, followed: FOLLOWED, missing: [] });
});

it('names the flags of services that are away or late, whichever says so first', async () => {
  const away = fails(CommonErrors.UNAVAILABLE(), 10);
  const late = fails(CommonErrors.DEADLINE());
  expect(await newReader(away, late).reader.read(call, page)).toEqual({ liked: NONE, followed: NONE, missing: ['likes', 'follows'] });
  expect(await newReader(says(LIKED), late).reader.read(call, page)).toEqual({ liked: LIKED, followed: NONE, missing: ['follows'] });
  expect(await newReader(away, late).reader.follows(call, page.authorIds)).toEqual({ followed: NONE, missing: ['follows'] });
});

it('fails with any other error, also with one that comes while the other answer is waited for', async () => {
  const broken = fails(CommonErrors.INTERNAL());
  const slowly: Answer = () => sleep(10).then(says(LIKED));
  for (const { reader } of [newReader(slowly, broken), newReader(broken, slowly), newReader(broken, broken)])
    await expect(reader.read(call, page)).rejects.toMatchObject({ name: 'INTERNAL' });
});
