import type { ChildProcess } from 'node:child_process';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Deadline } from './deadline.js';

const current = new AsyncLocalStorage<ToolGroup>();

interface Member {
  readonly child: ChildProcess;
  readonly deadline: Deadline;
}

/** Tools that can be made to wait together, wherever in the work of the group they are started. Waiting is not counted as their time. */
export class ToolGroup {
  private readonly running = new Set<Member>();
  private isPaused = false;

  /** Runs `work`; every tool that it starts belongs to the group. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return current.run(this, work);
  }

  /** Stops what runs, and what is started, until `resume`. */
  pause(): void {
    this.isPaused = true;
    for (const member of this.running) stop(member);
  }

  resume(): void {
    this.isPaused = false;
    for (const { child, deadline } of this.running) {
      deadline.go();
      child.kill('SIGCONT');
    }
  }

  /** Takes in a tool that was just started, if the work that started it is a group's. */
  static join(child: ChildProcess, deadline: Deadline): void {
    current.getStore()?.add({ child, deadline });
  }

  private add(member: Member): void {
    this.running.add(member);
    member.child.once('close', () => this.running.delete(member));
    if (this.isPaused) stop(member);
  }
}

function stop({ child, deadline }: Member): void {
  child.kill('SIGSTOP');
  deadline.hold();
}
