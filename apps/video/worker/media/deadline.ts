/** Calls back once so much time has passed, not counting that in which it was held. */
export class Deadline {
  private left: number;
  private since = 0;
  private timer: NodeJS.Timeout | undefined;
  private isCleared = false;

  constructor(
    ms: number,
    private readonly onEnd: () => void,
  ) {
    this.left = ms;
    this.go();
  }

  /** Stops the clock, if it runs. */
  hold(): void {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.left = Math.max(0, this.left - (performance.now() - this.since));
  }

  /** Lets the clock go on with what was left. */
  go(): void {
    if (this.timer || this.isCleared) return;
    this.since = performance.now();
    this.timer = setTimeout(this.onEnd, this.left);
  }

  /** Never calls back. */
  clear(): void {
    this.hold();
    this.isCleared = true;
  }
}
