import { metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { hash, verify, type Options } from '@node-rs/argon2';
import { usercenterConfig } from '../usercenter.config.js';
import { Gate } from './gate.js';

/** argon2id in the numbering of @node-rs/argon2, whose enum is only a type here. */
const ARGON2ID = 2;
/** Hashes that may wait for their turn: about 4 s of work for one core. */
const MAX_WAITING = 256;

const seconds = metrics.histogram('doul_password_hash_seconds', 'Time of one password hash, waiting included', ['work']);

/** Hashes passwords with argon2id (RFC 9106), a bounded number at a time: each takes 19 MiB and 30 ms of a core. */
@Injectable()
export class Passwords {
  private readonly options: Options = {
    algorithm: ARGON2ID,
    memoryCost: usercenterConfig().PASSWORD_MEMORY_KIB,
    timeCost: usercenterConfig().PASSWORD_PASSES,
    parallelism: 1,
  };
  private readonly gate = new Gate(usercenterConfig().PASSWORD_CONCURRENCY, MAX_WAITING);
  /** Stands for the hash of a user who does not exist, so that both failures of a login take the same time. */
  private readonly nobody = hash('nobody has this password', this.options);

  /** @param precheck runs when it is this hash's turn; what it throws saves the work */
  hash(password: string, precheck: () => Promise<void>): Promise<string> {
    return this.timed('hash', async () => {
      await precheck();
      return hash(fold(password), this.options);
    });
  }

  /** Whether the password is right; takes equally long without a stored hash, and answers false. */
  verify(stored: string | undefined, password: string): Promise<boolean> {
    return this.timed('verify', async () => {
      const right = await verify(stored ?? (await this.nobody), fold(password));
      return stored !== undefined && right;
    });
  }

  private async timed<T>(work: string, run: () => Promise<T>): Promise<T> {
    const end = seconds.startTimer({ work });
    try {
      return await this.gate.run(run);
    } finally {
      end();
    }
  }
}

/** Keyboards differ in how they compose a letter; the password is the same. */
const fold = (password: string): string => password.normalize('NFC');
