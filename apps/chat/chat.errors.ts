import { defineErrors } from '@doul/contracts';

export const ChatErrors = defineErrors('chat', 15, {
  NO_SUCH_RECIPIENT: { n: 1, grpc: 'NOT_FOUND', en: 'There is no such user to write to', zh: '聊天对象不存在' },
  MESSAGE_TO_ONESELF: { n: 2, grpc: 'INVALID_ARGUMENT', en: 'You cannot chat with yourself', zh: '不能和自己聊天' },
});
