/**
 * Runs work side by side. When one part fails, the others are aborted, and nothing of them goes on after this has thrown.
 *
 * @param parts each is given the signal that ends it
 * @throws the first part's error, or the signal's reason
 */
export async function together<T extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  ...parts: { [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> }
): Promise<T> {
  const failed = new AbortController();
  const both = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const running = parts.map((part) => part(both));
  try {
    return (await Promise.all(running)) as unknown as T;
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(running);
    throw error;
  }
}
