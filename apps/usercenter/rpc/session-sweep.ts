import { childLog } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { SessionRepository } from '../model/session.repository.js';

const log = childLog('usercenter');

/** How often expired sessions are deleted, in ms; a thousand at a time keeps up with 16 logins a second. */
const EVERY_MS = 60_000;

/** Deletes sessions whose tokens have expired. Several instances doing it at once do no harm. */
@Injectable()
export class SessionSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly sessions: SessionRepository) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sessions.sweep().catch((error: unknown) => log.warn({ err: error }, 'could not delete expired sessions'));
    }, EVERY_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
