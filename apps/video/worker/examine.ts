import type { RejectionReason } from '../video.reasons.js';
import { makeCover } from './media/cover.js';
import { probeVideo } from './media/probe.js';

/** What a video's file says: why it cannot be shown, or its cover (JPEG) and measures. */
export type Verdict = { reason: RejectionReason } | { cover: Buffer; width: number; height: number; durationMs: number };

/** Probes a file and makes its cover. */
export async function examine(path: string): Promise<Verdict> {
  const probe = await probeVideo(path);
  if (!probe.ok) return { reason: probe.reason };
  const cover = await makeCover(path);
  if (!cover) return { reason: 'damaged' };
  return { cover, width: probe.width, height: probe.height, durationMs: probe.durationMs };
}
