import { newContext, type RequestContext } from '@doul/runtime';
import { Metadata } from '@grpc/grpc-js';
import { nanoid } from 'nanoid';

const REQUEST_ID = 'doul-request-id';
const TRACE = 'traceparent';
const USER_ID = 'doul-user-id';

/** Request id, trace and verified caller of the current request, for the next layer. */
export function toMetadata(context: RequestContext | undefined): Metadata {
  const metadata = new Metadata();
  if (!context) return metadata;
  metadata.set(REQUEST_ID, context.requestId);
  metadata.set(TRACE, context.traceparent);
  if (context.userId !== undefined) metadata.set(USER_ID, String(context.userId));
  return metadata;
}

const text = (metadata: Metadata, key: string): string | undefined => {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
};

/** The context that a call brought along; a call from elsewhere starts a new one. */
export function fromMetadata(metadata: Metadata, deadline: Date | number): RequestContext {
  const context = newContext(text(metadata, REQUEST_ID) ?? nanoid(), text(metadata, TRACE));
  const userId = Number(text(metadata, USER_ID));
  const until = Number(deadline);
  return {
    ...context,
    ...(Number.isSafeInteger(userId) && userId > 0 ? { userId } : {}),
    ...(Number.isFinite(until) ? { deadline: until } : {}),
  };
}
