/** Rounds that run one after the other, each after the pause that the one before asked for. They do not keep the process alive. */
export class Rounds {
  isStopped = false;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  /** @param round answers with the pause after it, in ms; never rejects */
  constructor(private readonly round: () => Promise<number>) {
    this.next(0);
  }

  /** No further one starts; one under way is waited for. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private next(pauseMs: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.round().then((ms) => this.next(ms));
    }, pauseMs).unref();
  }
}
