import { CommonErrors, ProfileServiceDefinition } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { charLength, isBlank, wordFilter, type WordFilter } from '@doul/text';
import { Injectable } from '@nestjs/common';
import { ChatErrors } from '../chat.errors.js';
import { ConversationRepository, type NewMessage } from '../model/conversation.repository.js';
import { MAX_MESSAGE_LENGTH, type MessageRow } from '../model/message.js';

/** Messages of one answer, at most. */
const MAX_PAGE = 1_000;
/** Peers of one question for latest lines, at most. */
const MAX_PEERS = 1_000;

export interface Reading {
  viewerId: number;
  peerId: number;
  afterMs: number;
  receivedOnly: boolean;
  limit: number;
  newest: boolean;
}

@Injectable()
export class ConversationService {
  private readonly words: Pick<WordFilter, 'check' | 'mask'> = wordFilter();

  constructor(
    private readonly conversations: ConversationRepository,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: RpcClient<typeof ProfileServiceDefinition>,
  ) {}

  /**
   * Sends a message; a retry with the same request key gives the first one.
   *
   * @throws DoulError MESSAGE_TO_ONESELF, NO_SUCH_RECIPIENT, TEXT_REFUSED, INVALID_PARAMETER
   */
  async send(message: NewMessage): Promise<MessageRow> {
    const { fromUserId, toUserId, content } = message;
    if (fromUserId === toUserId) throw ChatErrors.MESSAGE_TO_ONESELF();
    checkLength(content);
    const { worst } = this.words.check(content);
    // A private line has no reviewer to wait for, so what a comment would be held back for is refused.
    if (worst === 'block' || worst === 'review') throw CommonErrors.TEXT_REFUSED({ parameter: 'content' });
    await this.mustExist(toUserId);
    return this.conversations.send({ ...message, content: this.words.mask(content) });
  }

  /**
   * Lines of a conversation, ascending by time; none where nobody has written yet.
   *
   * @throws DoulError MESSAGE_TO_ONESELF, NO_SUCH_RECIPIENT
   */
  async read({
    viewerId,
    peerId,
    afterMs,
    receivedOnly,
    limit: asked,
    newest,
  }: Reading): Promise<{ messages: MessageRow[]; hasMore: boolean }> {
    if (viewerId === peerId) throw ChatErrors.MESSAGE_TO_ONESELF();
    const conversationId = await this.conversations.find(viewerId, peerId);
    if (conversationId === undefined) {
      await this.mustExist(peerId);
      return { messages: [], hasMore: false };
    }
    const limit = Math.min(MAX_PAGE, asked > 0 ? asked : MAX_PAGE);
    const window = { afterTime: afterMs, receiver: receivedOnly ? viewerId : 0, limit: limit + 1, newest };
    const rows = await this.conversations.window(conversationId, window);
    return { messages: newest ? rows.slice(-limit) : rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /** The latest line with each peer, where there is one. */
  latest(viewerId: number, peerIds: readonly number[]): Promise<MessageRow[]> {
    if (peerIds.length > MAX_PEERS)
      throw CommonErrors.INVALID_PARAMETER({ parameter: 'peer_ids', problem: `must be at most ${MAX_PEERS}` });
    return this.conversations.latest(viewerId, peerIds);
  }

  private async mustExist(userId: number): Promise<void> {
    const { ids } = await this.profiles.exists({ ids: [userId] });
    if (!ids.includes(userId)) throw ChatErrors.NO_SUCH_RECIPIENT();
  }
}

function checkLength(content: string): void {
  const problem = isBlank(content)
    ? 'is missing'
    : charLength(content) > MAX_MESSAGE_LENGTH
      ? `must have at most ${MAX_MESSAGE_LENGTH} characters`
      : '';
  if (problem !== '') throw CommonErrors.INVALID_PARAMETER({ parameter: 'content', problem });
}
