import type { ChildProcess } from 'node:child_process';
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<ToolGroup>();

/** Tools that can be made to wait together, wherever in the work of the group they are started. */
export class ToolGroup {
  private readonly running = new Set<ChildProcess>();
  private isPaused = false;

  /** Runs `work`; every tool that it starts belongs to the group. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return current.run(this, work);
  }

  /** Stops what runs, and what is started, until `resume`. */
  pause(): void {
    this.isPaused = true;
    for (const child of this.running) child.kill('SIGSTOP');
  }

  resume(): void {
    this.isPaused = false;
    for (const child of this.running) child.kill('SIGCONT');
  }

  /** Takes in a tool that was just started, if the work that started it is a group's. */
  static join(child: ChildProcess): void {
    current.getStore()?.add(child);
  }

  private add(child: ChildProcess): void {
    this.running.add(child);
    child.once('close', () => this.running.delete(child));
    if (this.isPaused) child.kill('SIGSTOP');
  }
}
