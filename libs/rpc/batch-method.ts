import type { MessageType, RequestOf, ResponseOf, RpcDefinition, RpcMethod } from './definition.js';
import { requestType, responseType } from './definition.js';

/** Where protobuf keeps the option `doul.rpc.v1.batch` of a method: its number, 50001, and the wire type varint. */
const BATCH_OPTION = 400_008;

interface DeclaredBatch {
  readonly options: { readonly _unknownFields: { readonly [BATCH_OPTION]: readonly Uint8Array[] } };
}

type ListKey<T> = { [K in keyof T]: T[K] extends readonly unknown[] ? (K extends 'failures' ? never : K) : never }[keyof T];
type ItemOf<T> = T[ListKey<T>] extends readonly (infer I)[] ? I : never;

/** One question of a batched method. */
export type QuestionOf<M extends RpcMethod> = ItemOf<RequestOf<M>>;
export type AnswerOfQuestion<M extends RpcMethod> = ItemOf<ResponseOf<M>>;

/** Names of the methods of a service whose questions travel together. */
export type BatchedMethods<D extends RpcDefinition> = {
  [M in keyof D['methods']]: D['methods'][M] extends DeclaredBatch ? M : never;
}[keyof D['methods']];

/** How a batched method's messages are laid out. */
export interface BatchLayout {
  /** Most questions of one call. */
  readonly max: number;
  readonly questions: string;
  readonly answers: string;
}

function varint(bytes: Uint8Array | undefined): number {
  let value = 0;
  bytes?.forEach((byte, at) => (value += (byte & 0x7f) * 2 ** (7 * at)));
  return value;
}

/** The only repeated field of a message, `failures` aside. */
function listField(type: MessageType<unknown>): string | undefined {
  const fields = Object.entries(type.fromPartial({} as never) as Record<string, unknown>);
  const lists = fields.filter(([name, value]) => Array.isArray(value) && name !== 'failures').map(([name]) => name);
  return lists.length === 1 ? lists[0] : undefined;
}

/** The layout of a method that the proto file declares as batched; undefined for the others. */
export function batchLayout(method: RpcMethod): BatchLayout | undefined {
  const options = method.options as { _unknownFields?: Record<number, readonly Uint8Array[]> };
  const max = varint(options._unknownFields?.[BATCH_OPTION]?.[0]);
  if (max === 0) return undefined;
  const questions = listField(requestType(method));
  const answers = listField(responseType(method));
  if (questions === undefined || answers === undefined)
    throw new Error(`${method.name}: a batch has one list of questions and one of answers`);
  return { max, questions, answers };
}
