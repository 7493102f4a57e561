import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommonErrors } from '@doul/contracts';
import { StorageError, translate } from './storage-error.js';
import { UploadMeter } from './upload-meter.js';

/** A connection, or a byte, or an answer that takes longer will not come, in ms. */
export const CONNECT_MS = 5_000;
export const IDLE_MS = 30_000;
/** Longest upload of one stream, in ms. */
export const UPLOAD_MS = 2 * 3_600_000;

const cutOff = (): StorageError => new StorageError('aborted', 'the source was cut off');

/** Why there were no more bytes, when that was the caller's or the meter's decision. */
function calledOff(meter: UploadMeter, signal: AbortSignal | undefined): StorageError | undefined {
  if (signal?.aborted) return new StorageError('aborted', 'the upload was called off', signal.reason);
  return meter.errored instanceof StorageError ? meter.errored : undefined;
}

/** Rejects when the store has all bytes and says nothing. */
function answerDeadline(meter: UploadMeter): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    meter.once('end', () => (timer = setTimeout(() => reject(CommonErrors.UNAVAILABLE()), IDLE_MS)));
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

export interface Sent<T> {
  readonly answer: T;
  readonly size: number;
}

/**
 * Sends a stream to the store, with a cap, a deadline for silence on either side, and the caller's signal.
 *
 * @param afterLoss called when it failed although the store may have got everything
 * @throws StorageError too-large, aborted, stalled; the source's own error
 */
export async function send<T>(
  source: Readable,
  limits: { key: string; maxBytes: number; signal?: AbortSignal | undefined },
  transfer: (stream: Readable) => Promise<T>,
  afterLoss: () => Promise<void>,
): Promise<Sent<T>> {
  if (source.destroyed) throw source.errored ?? cutOff();
  const meter = new UploadMeter(limits.maxBytes, IDLE_MS);
  let sourceError: Error | undefined;
  // Once the meter is gone the source is only being cleaned up, and its error says nothing.
  const blame = (error: Error): void => void (meter.destroyed || (sourceError ??= error));
  source.once('error', blame);
  source.once('close', () => void (source.readableEnded || blame(cutOff())));
  const feeding = pipeline(source, meter, limits.signal ? { signal: limits.signal } : {});
  feeding.catch(() => undefined);
  const deadline = answerDeadline(meter);
  const transferring = transfer(meter);
  transferring.catch(() => undefined);
  try {
    return { answer: await Promise.race([transferring, deadline.promise]), size: meter.size };
  } catch (error) {
    const cause = calledOff(meter, limits.signal) ?? sourceError ?? translate(error, limits.key);
    source.destroy();
    if (meter.complete) await afterLoss();
    throw cause;
  } finally {
    deadline.cancel();
  }
}
