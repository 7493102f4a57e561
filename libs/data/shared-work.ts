import { currentContext, runInContext, withDeadline } from '@doul/runtime';

/**
 * Runs work whose result several requests share: it counts towards the budget of the one that started it, but does not end with
 * that one's deadline.
 */
export function sharedWork<T>(work: () => T): T {
  const context = currentContext();
  if (context?.deadline === undefined) return work();
  return runInContext(withDeadline(context, undefined), work);
}
