import { log } from './log.js';
import { STOP_MS } from './stop.js';

/**
 * Stops the process on SIGTERM and SIGINT: exit code 0, or 1 when the stop fails or takes too long.
 *
 * @returns a function after which the signals have their usual effect again
 */
export function stopOnSignals(stop: () => Promise<void>): () => void {
  const end = (signal: string): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('the stop took too long and was cut');
      process.exit(1);
    }, STOP_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  // Once each: who sends the same signal again does not want to wait.
  process.once('SIGTERM', end).once('SIGINT', end);
  return () => void process.off('SIGTERM', end).off('SIGINT', end);
}
