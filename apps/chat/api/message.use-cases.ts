import { CommonErrors, ConversationServiceDefinition, type Message as StoredMessage } from '@doul/contracts';
import { problems, type AnswerOf, type Call, type InputOf, type Message } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { MAX_LIST, type messageAction, type messageChat } from './message.schema.js';
import { readingOf } from './reading.js';

const messageView = ({ id, fromUserId, toUserId, content, createTimeMs }: StoredMessage): Message => ({
  id,
  to_user_id: toUserId,
  from_user_id: fromUserId,
  content,
  create_time: createTimeMs,
});

/** A cursor is the time of the last line of the page before. */
function timeOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const time = /^[1-9]\d{0,15}$/.test(cursor) ? Number(cursor) : NaN;
  if (Number.isSafeInteger(time)) return time;
  throw CommonErrors.INVALID_PARAMETER({ parameter: 'cursor', problem: problems.notCursor.en, problem_zh: problems.notCursor.zh });
}

@Injectable()
export class MessageUseCases {
  constructor(@InjectRpc(ConversationServiceDefinition) private readonly conversations: ApiClient<typeof ConversationServiceDefinition>) {}

  async send(input: InputOf<typeof messageAction>, call: Call): Promise<AnswerOf<typeof messageAction>> {
    const { to_user_id: toUserId, content } = input;
    await this.conversations.sendMessage({ fromUserId: call.viewerId, toUserId, content, requestKey: call.requestKey }, { context: call });
    return {};
  }

  async read(input: InputOf<typeof messageChat>, call: Call): Promise<AnswerOf<typeof messageChat>> {
    const { to_user_id: peerId, pre_msg_time: preMsgTime, cursor, count } = input;
    const paged = cursor !== undefined || count !== undefined;
    const reading = readingOf(preMsgTime, timeOf(cursor), paged);
    const request = { viewerId: call.viewerId, peerId, limit: count ?? MAX_LIST, ...reading };
    const { messages, hasMore } = await this.conversations.listMessages(request, { context: call });
    const list = messages.map(messageView);
    if (!paged) return { message_list: list };
    return { message_list: list, next_cursor: hasMore ? String(list.at(-1)?.create_time ?? '') : '', has_more: hasMore };
  }
}
