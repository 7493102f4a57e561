import { MessageSentEvent } from '@doul/contracts';
import { Database, isDuplicate, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { nextTime, pairOf, type MessageRow } from './message.js';

export interface NewMessage {
  fromUserId: number;
  toUserId: number;
  content: string;
  requestKey: string;
}

export interface Window {
  /** Unix ms, exclusive. */
  afterTime: number;
  /** Only what this user received; 0 = both sides. */
  receiver: number;
  limit: number;
  /** Which end of what is longer than the limit. */
  newest: boolean;
}

type Conversation = { id: number; lastTime: number };

const COLUMNS = 'm.id, m.from_user_id AS fromUserId, m.to_user_id AS toUserId, m.content, m.create_time AS createTime';

@Injectable()
export class ConversationRepository {
  constructor(
    private readonly db: Database,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Stores a message; a repeated request key gives the first one. Senders of one conversation follow each other by the lock of
   * its row, which is what makes its times strictly increasing in the order of the commits.
   */
  send(message: NewMessage): Promise<MessageRow> {
    return this.db.transaction(async (tx) => {
      const conversation = await this.lock(tx, message.fromUserId, message.toUserId);
      const createTime = nextTime(Date.now(), conversation.lastTime);
      const id = await this.insert(tx, conversation.id, message, createTime);
      if (id === undefined) return this.byRequest(tx, message);
      tx.defer('UPDATE conversations SET last_time = ?, last_message_id = ? WHERE id = ?', [createTime, id, conversation.id]);
      const { fromUserId, toUserId, content } = message;
      this.outbox.append(tx, MessageSentEvent, { messageId: id, fromUserId, toUserId });
      return { id, fromUserId, toUserId, content, createTime };
    });
  }

  async find(a: number, b: number): Promise<number | undefined> {
    const sql = 'SELECT id FROM conversations WHERE low_user_id = ? AND high_user_id = ?';
    return (await this.db.one<{ id: number }>(sql, [...pairOf(a, b)]))?.id;
  }

  /** Messages in ascending order of time. */
  async window(conversationId: number, { afterTime, receiver, limit, newest }: Window): Promise<MessageRow[]> {
    const received = receiver === 0 ? '' : ' AND m.to_user_id = ?';
    const rows = await this.db.query<MessageRow>(
      `SELECT ${COLUMNS} FROM messages m WHERE m.conversation_id = ? AND m.create_time > ?${received} ORDER BY m.create_time ${newest ? 'DESC' : 'ASC'} LIMIT ?`,
      [conversationId, afterTime, ...(receiver === 0 ? [] : [receiver]), limit],
    );
    return newest ? rows.reverse() : rows;
  }

  /** The last message of the viewer's conversations with each of the peers. */
  async latest(viewerId: number, peerIds: readonly number[]): Promise<MessageRow[]> {
    if (peerIds.length === 0) return [];
    return this.db.query<MessageRow>(
      `SELECT ${COLUMNS} FROM conversations c JOIN messages m ON m.id = c.last_message_id WHERE (c.low_user_id, c.high_user_id) IN (?)`,
      [peerIds.map((peerId) => [...pairOf(viewerId, peerId)])],
    );
  }

  private async lock(tx: Tx, a: number, b: number): Promise<Conversation> {
    const [low, high] = pairOf(a, b);
    const read = () =>
      tx.one<Conversation>('SELECT id, last_time AS lastTime FROM conversations WHERE low_user_id = ? AND high_user_id = ? FOR UPDATE', [
        low,
        high,
      ]);
    const existing = await read();
    if (existing) return existing;
    await tx.insertIgnore('conversations', [{ low_user_id: low, high_user_id: high }]);
    const made = await read();
    if (!made) throw new Error('a conversation that was just made is not there');
    return made;
  }

  /** @returns undefined when the sender's request key was used before */
  private async insert(tx: Tx, conversationId: number, message: NewMessage, createTime: number): Promise<number | undefined> {
    const { fromUserId, toUserId, content, requestKey } = message;
    const row = {
      conversation_id: conversationId,
      from_user_id: fromUserId,
      to_user_id: toUserId,
      content,
      request_key: requestKey,
      create_time: createTime,
    };
    try {
      return (await tx.insert('messages', [row])).insertId;
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }

  private async byRequest(tx: Tx, { fromUserId, requestKey }: NewMessage): Promise<MessageRow> {
    const row = await tx.one<MessageRow>(`SELECT ${COLUMNS} FROM messages m WHERE m.from_user_id = ? AND m.request_key = ?`, [
      fromUserId,
      requestKey,
    ]);
    if (!row) throw new Error('a message with this request key was refused as a duplicate and is not there');
    return row;
  }
}
