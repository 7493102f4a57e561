/** Pauses before the restarts of something that keeps crashing, in ms; the last one stays. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000];
/** After this long in health a crash counts as the first again, in ms. */
export const HEALTHY_MS = 60_000;

/**
 * How long to wait before the next start.
 * @param {number} crashes crashes in a row before this one
 */
export const pauseAfter = (crashes) => PAUSES_MS[Math.min(crashes, PAUSES_MS.length - 1)] ?? 8_000;

/**
 * Crashes in a row, counting one that just happened after `upMs` of health.
 * @param {number} before
 * @param {number} upMs
 */
export const countCrash = (before, upMs) => (upMs >= HEALTHY_MS ? 1 : before + 1);
