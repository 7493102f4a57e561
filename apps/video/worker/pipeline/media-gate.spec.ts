import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runTool } from '../media/run-tool.js';
import { MediaGate } from './media-gate.js';

const never = new AbortController().signal;

describe('the gate between what is waited for and what is not', () => {
  it('lets the background run only while nobody is in front of it or waiting', async () => {
    let waiting = 0;
    const order: string[] = [];
    const gate = new MediaGate({ isAnyoneWaiting: () => Promise.resolve(waiting > 0), pollMs: 1, backgroundSlots: 1 });
    const first = gate.runForeground(async () => {
      await sleep(20);
      waiting = 1;
      order.push('first');
    });
    const ladder = gate.runBackground(async () => void order.push('ladder'), never);
    await first;
    await sleep(10);
    expect(order).toEqual(['first']);
    waiting = 0;
    expect(await ladder).toBe(true);
    expect(order).toEqual(['first', 'ladder']);
  });

  it('runs as many in the background as there are slots', async () => {
    let running = 0;
    let most = 0;
    const gate = new MediaGate({ isAnyoneWaiting: () => Promise.resolve(false), pollMs: 1, backgroundSlots: 2 });
    const work = async (): Promise<void> => {
      most = Math.max(most, (running += 1));
      await sleep(5);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 6 }, () => gate.runBackground(work, never)));
    expect(most).toBe(2);
  });

  it('stops the tools of the background while something urgent is done, and lets them finish then', async () => {
    const gate = new MediaGate({ isAnyoneWaiting: () => Promise.resolve(false), pollMs: 1 });
    let ticks = 0;
    const onOutput = (text: string): void => void (ticks += text.split('\n').length - 1);
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo tick; sleep 0.02; done';
    const tool = (): Promise<void> => runTool('sh', ['-c', script], { ms: 20_000, bytes: 1_000, onOutput }).then(() => undefined);
    const behind = gate.runBackground(tool, never);
    while (ticks === 0) await sleep(5);
    let stood = 0;
    await gate.runForeground(async () => {
      // What was on its way arrives.
      await sleep(50);
      stood = ticks;
      await sleep(300);
      expect(ticks).toBe(stood);
    });
    await behind;
    expect(stood).toBeLessThan(10);
    expect(ticks).toBe(10);
  });

  it('never keeps what is waited for, and lets it go when work fails', async () => {
    const gate = new MediaGate({ isAnyoneWaiting: () => Promise.resolve(false), pollMs: 1, backgroundSlots: 1 });
    await expect(gate.runForeground(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.runBackground(() => Promise.resolve(), never)).toBe(true);
  });

  it('gives up when there is no quiet moment, or the process stops', async () => {
    const gate = new MediaGate({ isAnyoneWaiting: () => Promise.resolve(true), pollMs: 1, maxWaitMs: 20 });
    expect(await gate.runBackground(() => Promise.reject(new Error('ran')), never)).toBe(false);
    const slow = new MediaGate({ isAnyoneWaiting: () => Promise.resolve(true), pollMs: 1 });
    expect(await slow.runBackground(() => Promise.reject(new Error('ran')), AbortSignal.timeout(20))).toBe(false);
  });
});
