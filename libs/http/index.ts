export { answerBuffer } from './answer-buffers.js';
export { RawAnswer, answerHead } from './answer.js';
export { apiLayer } from './api-layer.js';
export type { Call, Language } from './call.js';
export { Endpoint, declaredEndpoints, type EndpointMethod } from './decorator.js';
export {
  endpoint,
  maxBytesOf,
  type AnswerOf,
  type AnyEndpoint,
  type AuthRule,
  type EndpointOptions,
  type InputOf,
  type LimitPolicy,
  type UploadOptions,
} from './endpoint.js';
export { EventStream, type EventStreamOptions, type StreamedEvent } from './event-stream.js';
export { httpConfig } from './http.config.js';
export {
  CommentSchema,
  FriendUserSchema,
  MessageSchema,
  UserSchema,
  VIDEO_STATES,
  VideoSchema,
  examples,
  pageShape,
  type Comment,
  type FriendUser,
  type Message,
  type User,
  type Video,
} from './objects.js';
export { p } from './params.js';
export { problems } from './problems.js';
export { isRevoked, markRevoked } from './revocations.js';
export { userOf } from './user-view.js';
export { TOKEN_MS, signToken, verifyToken, type Identity } from './token.js';
export type { Received, UploadForm, UploadStream } from './upload-form.js';
