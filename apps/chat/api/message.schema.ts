import { CommonErrors } from '@doul/contracts';
import { MessageSchema, endpoint, examples, p, pageShape } from '@doul/http';
import { z } from 'zod';
import { ChatErrors } from '../chat.errors.js';

/** Messages of one answer, at most. */
export const MAX_LIST = 1_000;

export const messageAction = endpoint({
  method: 'POST',
  path: '/douyin/message/action/',
  summary: 'Send a message',
  folder: 'chat',
  auth: 'required',
  limit: 'message',
  params: { to_user_id: p.id(), action_type: p.choice(1), content: p.text({ max: 1_000 }) },
  request: { action_type: 1, content: '你好' },
  answer: {},
  errors: [ChatErrors.NO_SUCH_RECIPIENT, ChatErrors.MESSAGE_TO_ONESELF, CommonErrors.TEXT_REFUSED],
  example: {},
});

export const messageChat = endpoint({
  method: 'GET',
  path: '/douyin/message/chat/',
  summary: 'Lines of a conversation, oldest first',
  description:
    'Without pre_msg_time, or with 0, the whole conversation (the newest 1,000 lines of it). With it only what the caller received later than that, because a client shows its own lines already. Pages from the start with cursor and count.',
  folder: 'chat',
  auth: 'required',
  params: { to_user_id: p.id(), pre_msg_time: p.int().default(0), cursor: p.cursor(), count: p.count(MAX_LIST) },
  answer: { message_list: z.array(MessageSchema), ...pageShape },
  errors: [ChatErrors.NO_SUCH_RECIPIENT, ChatErrors.MESSAGE_TO_ONESELF],
  example: { message_list: [examples.message] },
});
