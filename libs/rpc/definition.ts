import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** A generated message type: encodes, decodes and fills in defaults. */
export interface MessageType<T> {
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): T;
  // Generated signatures are generic over the exact partial; callers only ever pass whole messages.
  fromPartial(message: never): T;
}

export interface RpcMethod {
  readonly name: string;
  readonly requestType: unknown;
  readonly responseType: unknown;
  readonly requestStream: false;
  readonly responseStream: false;
  readonly options: { readonly idempotencyLevel?: 'IDEMPOTENT' | 'NO_SIDE_EFFECTS' };
}

/** A service as ts-proto generates it from `proto/`. */
export interface RpcDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, RpcMethod>>;
}

type MessageOf<T> = T extends { decode(...args: never[]): infer M } ? M : never;
export type RequestOf<M extends RpcMethod> = MessageOf<M['requestType']>;
export type ResponseOf<M extends RpcMethod> = MessageOf<M['responseType']>;

/** `doul.video.v1.FeedService` is served by `video.rpc`. */
export function serviceOf(definition: RpcDefinition): string {
  const service = definition.fullName.split('.')[1];
  if (service === undefined) throw new Error(`${definition.fullName} is not named doul.<service>.v<n>.<Service>`);
  return service;
}

export const requestType = (method: RpcMethod): MessageType<unknown> => method.requestType as MessageType<unknown>;
export const responseType = (method: RpcMethod): MessageType<unknown> => method.responseType as MessageType<unknown>;

/** Whether a call that may have happened already can be sent again. */
export const isRetryable = (method: RpcMethod): boolean => method.options.idempotencyLevel !== undefined;

export const encoder =
  <T>(type: Pick<MessageType<T>, 'encode'>) =>
  (message: T): Buffer => {
    const bytes = type.encode(message).finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };

const grpcMethods = new WeakMap<RpcMethod, MethodDefinition<unknown, unknown>>();

/** The same method in grpc-js's form; the path is what other gRPC clients of the proto files call. */
export function grpcMethod(definition: RpcDefinition, method: RpcMethod): MethodDefinition<unknown, unknown> {
  const known = grpcMethods.get(method);
  if (known) return known;
  const made: MethodDefinition<unknown, unknown> = {
    path: `/${definition.fullName}/${method.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: encoder(requestType(method)),
    requestDeserialize: (bytes) => requestType(method).decode(bytes),
    responseSerialize: encoder(responseType(method)),
    responseDeserialize: (bytes) => responseType(method).decode(bytes),
    originalName: method.name,
  };
  grpcMethods.set(method, made);
  return made;
}

export const grpcService = (definition: RpcDefinition): ServiceDefinition =>
  Object.fromEntries(Object.entries(definition.methods).map(([key, method]) => [key, grpcMethod(definition, method)]));
