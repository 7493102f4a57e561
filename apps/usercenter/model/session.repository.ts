import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';

/** A session is as old as its token can get: 30 days, in ms. */
const SESSION_MS = 30 * 24 * 3_600_000;
/** Sessions shown to their owner. */
const MAX_LISTED = 100;
/** Expired rows deleted by one statement. */
const SWEEP_ROWS = 1_000;

/** MySQL's clock, Unix ms: one clock for all instances, so that a poll by time misses nothing. */
const NOW_MS = 'ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000)';

export interface Device {
  userAgent: string;
  address: string;
}

export interface SessionRow {
  id: number;
  createdAtMs: number;
  lastSeenAtMs: number;
  userAgent: string;
  address: string;
}

export interface SessionUse {
  sessionId: number;
  seenAtMs: number;
  address: string;
}

export interface RevokedRow {
  id: number;
  revokedAtMs: number;
}

@Injectable()
export class SessionRepository {
  constructor(private readonly database: Database) {}

  async open(userId: number, device: Device): Promise<number> {
    const now = Date.now();
    const { insertId } = await this.database.insert('sessions', [
      {
        user_id: userId,
        user_agent: [...device.userAgent].slice(0, 200).join(''),
        address: device.address.slice(0, 45),
        created_at: now,
        last_seen_at: now,
        expires_at: now + SESSION_MS,
      },
    ]);
    return insertId;
  }

  /** Open sessions, latest used first. */
  list(userId: number): Promise<SessionRow[]> {
    return this.database.query<SessionRow>(
      `SELECT id, created_at AS createdAtMs, last_seen_at AS lastSeenAtMs, user_agent AS userAgent, address FROM sessions
       WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY last_seen_at DESC, id DESC LIMIT ${MAX_LISTED}`,
      [userId, Date.now()],
    );
  }

  /** Revokes a session; revoking it again changes nothing. False when the user has no such session. */
  async revoke(userId: number, sessionId: number): Promise<boolean> {
    const { affected } = await this.database.execute(
      `UPDATE sessions SET revoked_at = COALESCE(revoked_at, ${NOW_MS}) WHERE id = ? AND user_id = ?`,
      [sessionId, userId],
    );
    return affected > 0;
  }

  /** Unexpired sessions revoked after a position, oldest first. */
  revokedSince(sinceMs: number, afterId: number, limit: number): Promise<RevokedRow[]> {
    return this.database.query<RevokedRow>(
      `SELECT id, revoked_at AS revokedAtMs FROM sessions
       WHERE revoked_at >= ? AND (revoked_at > ? OR id > ?) AND expires_at > ? ORDER BY revoked_at, id LIMIT ?`,
      [sinceMs, sinceMs, afterId, Date.now(), limit],
    );
  }

  /** Notes when and from where sessions were last used; older news than what is stored changes nothing. One statement. */
  async touch(uses: readonly SessionUse[]): Promise<void> {
    if (uses.length === 0) return;
    const rows = uses.map(() => 'SELECT ? AS id, ? AS seen, ? AS address').join(' UNION ALL ');
    await this.database.execute(
      `UPDATE sessions s JOIN (${rows}) u ON s.id = u.id
       SET s.last_seen_at = u.seen, s.address = u.address WHERE s.last_seen_at < u.seen`,
      uses.flatMap((use) => [use.sessionId, use.seenAtMs, use.address.slice(0, 45)]),
    );
  }

  /** Deletes some sessions whose tokens have expired. Returns how many. */
  async sweep(): Promise<number> {
    const { affected } = await this.database.execute(`DELETE FROM sessions WHERE expires_at < ? LIMIT ${SWEEP_ROWS}`, [Date.now()]);
    return affected;
  }
}
