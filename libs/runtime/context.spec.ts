import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { countCall, currentContext, newContext, newTraceparent, runInContext } from './context.js';

it('follows its request through everything that the request starts, and nothing else', async () => {
  const seen = await Promise.all(
    ['a', 'b'].map((id) =>
      runInContext(newContext(id), async () => {
        await turn();
        return currentContext()?.requestId;
      }),
    ),
  );
  expect(seen).toEqual(['a', 'b']);
  expect(currentContext()).toBeUndefined();
});

it('counts the calls of a request, and none outside of one', async () => {
  countCall('sql');
  const context = newContext('counted');
  await runInContext(context, async () => {
    countCall('rpc');
    await turn();
    countCall('redis');
    countCall('redis');
  });
  expect(context.calls).toEqual({ rpc: 1, sql: 0, redis: 2 });
});

it('starts a span of the given trace, and a trace of its own for a malformed one', () => {
  const parent = newTraceparent();
  expect(parent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  const child = newTraceparent(parent);
  expect(child.slice(0, 35)).toBe(parent.slice(0, 35));
  expect(child).not.toBe(parent);
  for (const malformed of ['', '00-xyz', `${parent}\r\nx: y`, parent.toUpperCase()])
    expect(newTraceparent(malformed)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
