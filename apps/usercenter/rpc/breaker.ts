/** So many failures in a row mean that a service is away rather than unlucky. */
const FAILURES = 5;
/** While it is away, one call in so long finds out whether it is back, in ms. */
const PROBE_MS = 1_000;

/** Saves callers from waiting, one after the other, for something that is away. */
export class Breaker {
  private failures = 0;
  private nextProbe = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** The work's result, or undefined when it failed or was not tried. */
  async attempt<T>(work: () => Promise<T>, onFailure: (error: unknown) => void): Promise<T | undefined> {
    if (this.failures >= FAILURES) {
      if (this.now() < this.nextProbe) return undefined;
      this.nextProbe = this.now() + PROBE_MS;
    }
    try {
      const result = await work();
      this.failures = 0;
      return result;
    } catch (error) {
      this.failures += 1;
      if (this.failures === FAILURES) this.nextProbe = this.now() + PROBE_MS;
      onFailure(error);
      return undefined;
    }
  }
}
