import { UserUpdatedEvent } from '@doul/contracts';
import { Database } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';

/** What of a profile changes only by its owner's hand. Empty signature and keys stand for the defaults. */
export interface StoredProfile {
  id: number;
  username: string;
  name: string;
  signature: string;
  avatarKey: string;
  backgroundKey: string;
  version: number;
}

export interface ProfileChange {
  name?: string;
  signature?: string;
  avatarKey?: string;
  backgroundKey?: string;
}

export interface ScannedUser {
  id: number;
  username: string;
  name: string;
  version: number;
  createdAtMs: number;
}

const COLUMNS = `p.user_id AS id, a.username, p.name, p.signature, p.avatar_key AS avatarKey, p.background_key AS backgroundKey, p.version
  FROM profiles p JOIN accounts a ON a.id = p.user_id`;
const SCANNED = `a.id, a.username, p.name, p.version, a.created_at AS createdAtMs FROM accounts a JOIN profiles p ON p.user_id = a.id`;

@Injectable()
export class ProfileRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  async byIds(ids: readonly number[]): Promise<Map<number, StoredProfile>> {
    const rows = await this.database.byIds<StoredProfile>(`SELECT ${COLUMNS} WHERE p.user_id IN (?)`, ids);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /**
   * Changes what is given, and appends the event in the same transaction.
   *
   * @returns the profile as it was before, or undefined when there is no such user
   */
  update(userId: number, change: ProfileChange): Promise<StoredProfile | undefined> {
    return this.database.transaction(async (tx) => {
      const before = await tx.one<StoredProfile>(`SELECT ${COLUMNS} WHERE p.user_id = ? FOR UPDATE`, [userId]);
      if (!before) return undefined;
      const after = { ...before, ...change, version: before.version + 1 };
      tx.defer(
        'UPDATE profiles SET name = ?, signature = ?, avatar_key = ?, background_key = ?, version = ?, updated_at = ? WHERE user_id = ?',
        [after.name, after.signature, after.avatarKey, after.backgroundKey, after.version, Date.now(), userId],
      );
      this.outbox.append(tx, UserUpdatedEvent, { userId, version: after.version });
      return before;
    });
  }

  /** Users by ascending id. */
  scan(afterId: number, limit: number): Promise<ScannedUser[]> {
    return this.database.query<ScannedUser>(`SELECT ${SCANNED} WHERE a.id > ? ORDER BY a.id LIMIT ?`, [afterId, limit]);
  }

  scanIds(ids: readonly number[]): Promise<ScannedUser[]> {
    return this.database.byIds<ScannedUser>(`SELECT ${SCANNED} WHERE a.id IN (?)`, ids);
  }
}
