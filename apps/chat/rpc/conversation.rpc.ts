import {
  ConversationServiceDefinition,
  type GetLatestRequest,
  type GetLatestResponse,
  type ListMessagesRequest,
  type ListMessagesResponse,
  type Message,
  type SendMessageRequest,
  type SendMessageResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import type { MessageRow } from '../model/message.js';
import { ConversationService } from './conversation.service.js';

const toMessage = ({ createTime, ...row }: MessageRow): Message => ({ ...row, createTimeMs: createTime });

@RpcController(ConversationServiceDefinition)
export class ConversationRpc implements RpcHandlers<typeof ConversationServiceDefinition> {
  constructor(private readonly conversations: ConversationService) {}

  async sendMessage(request: SendMessageRequest): Promise<SendMessageResponse> {
    return { message: toMessage(await this.conversations.send(request)) };
  }

  async listMessages(request: ListMessagesRequest): Promise<ListMessagesResponse> {
    const { messages, hasMore } = await this.conversations.read(request);
    return { messages: messages.map(toMessage), hasMore };
  }

  async getLatest({ viewerId, peerIds }: GetLatestRequest): Promise<GetLatestResponse> {
    const rows = await this.conversations.latest(viewerId, peerIds);
    return {
      latest: rows.map((row) => ({ peerId: row.fromUserId === viewerId ? row.toUserId : row.fromUserId, message: toMessage(row) })),
    };
  }
}
