import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { CommentChanged, FollowChanged, MessageSent, UserChanged, VideoChanged, VideoDue } from './gen/doul/events/v1/events.js';

/** What a generated protobuf message offers for its own encoding. */
export interface MessageCodec<T> {
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): T;
}

/** A type of event; its name is the routing key on the broker. */
export interface EventDefinition<T> {
  readonly type: string;
  /** Name of the payload's message in proto/doul/events. */
  readonly message: string;
  readonly codec: MessageCodec<T>;
  readonly doc: string;
}

const definitions: EventDefinition<unknown>[] = [];

/** Every declared event type, for the docs page. */
export const eventTable = (): readonly EventDefinition<unknown>[] => definitions;

function defineEvent<T>(type: string, message: string, codec: MessageCodec<T>, doc: string): EventDefinition<T> {
  if (definitions.some((known) => known.type === type)) throw new Error(`the event ${type} is declared twice`);
  const definition = { type, message, codec, doc };
  definitions.push(definition);
  return definition;
}

export const UserRegisteredEvent = defineEvent('user.registered', 'UserChanged', UserChanged, 'An account exists now.');
export const UserUpdatedEvent = defineEvent(
  'user.updated',
  'UserChanged',
  UserChanged,
  'Name, signature or a picture of a profile changed.',
);
export const UserFollowedEvent = defineEvent('user.followed', 'FollowChanged', FollowChanged, 'Somebody follows somebody.');
export const UserUnfollowedEvent = defineEvent('user.unfollowed', 'FollowChanged', FollowChanged, 'Somebody stopped following somebody.');
export const VideoDueEvent = defineEvent(
  'video.due',
  'VideoDue',
  VideoDue,
  'A step of a video’s processing that somebody waits for is due.',
);
export const RenditionsDueEvent = defineEvent('video.unfinished', 'VideoDue', VideoDue, 'A step of a published video’s processing is due.');
export const VideoPublishedEvent = defineEvent('video.published', 'VideoChanged', VideoChanged, 'A video is in the feed.');
export const VideoUpdatedEvent = defineEvent('video.updated', 'VideoChanged', VideoChanged, "A published video's title or cover changed.");
export const VideoPopularityEvent = defineEvent(
  'video.popularity',
  'VideoChanged',
  VideoChanged,
  "A published video's popularity class changed.",
);
export const VideoRemovedEvent = defineEvent('video.removed', 'VideoChanged', VideoChanged, 'A video was deleted by its author.');
export const CommentPostedEvent = defineEvent('comment.posted', 'CommentChanged', CommentChanged, 'A comment is visible.');
export const CommentDeletedEvent = defineEvent('comment.deleted', 'CommentChanged', CommentChanged, 'A comment is gone.');
export const MessageSentEvent = defineEvent('message.sent', 'MessageSent', MessageSent, 'A chat message is stored.');
