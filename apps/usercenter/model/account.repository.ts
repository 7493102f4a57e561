import { UserRegisteredEvent } from '@doul/contracts';
import { Database, isDuplicate, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';

export interface NewAccount {
  username: string;
  /** SHA-256 of the folded username; unique. */
  usernameHash: Buffer;
  passwordHash: string;
  requestKey: string;
}

export interface Account {
  id: number;
  passwordHash: string;
  requestKey: string;
}

@Injectable()
export class AccountRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  find(usernameHash: Buffer): Promise<Account | undefined> {
    return this.database.one<Account>(
      'SELECT id, password_hash AS passwordHash, request_key AS requestKey FROM accounts WHERE username_hash = ?',
      [usernameHash],
    );
  }

  /** Creates an account with its profile and its event; undefined when the username is taken. */
  async create(account: NewAccount): Promise<number | undefined> {
    try {
      return await this.database.transaction((tx) => this.insert(tx, account));
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }

  private async insert(tx: Tx, account: NewAccount): Promise<number> {
    const now = Date.now();
    const { insertId: id } = await tx.insert('accounts', [
      {
        username: account.username,
        username_hash: account.usernameHash,
        password_hash: account.passwordHash,
        request_key: account.requestKey,
        created_at: now,
      },
    ]);
    tx.deferInsert('profiles', [{ user_id: id, name: account.username, updated_at: now }]);
    this.outbox.append(tx, UserRegisteredEvent, { userId: id, version: 1 });
    return id;
  }
}
