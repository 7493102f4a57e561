import { DoulError, type Failure } from '@doul/contracts';
import type { BatchedMethods, AnswerOfQuestion, BatchLayout, QuestionOf } from './batch-method.js';
import { Batcher, type AskOptions } from './batcher.js';
import type { CallOptions } from './call.js';
import type { RpcDefinition, RpcMethod } from './definition.js';
import { fromWire, carry, serviceError } from './wire-error.js';

export type OneAskOptions = CallOptions & Pick<AskOptions, 'signal' | 'alone'>;

/** Asking one question of each batched method of a service. */
export type Ask<D extends RpcDefinition> = {
  [M in BatchedMethods<D>]: (question: QuestionOf<D['methods'][M]>, options?: OneAskOptions) => Promise<AnswerOfQuestion<D['methods'][M]>>;
};

type Response = Record<string, readonly unknown[]> & { failures?: readonly Failure[] };

const batchers = new WeakMap<RpcMethod, Batcher<unknown, unknown>>();

function answersOf(response: Response, layout: BatchLayout): readonly unknown[] {
  const answers = response[layout.answers] ?? [];
  if (!response.failures || response.failures.length === 0) return answers;
  const mixed = [...answers];
  for (const failure of response.failures) mixed[failure.at] = fromWire(serviceError({ ...failure, details: '' }));
  return mixed;
}

export type BatcherMaker = (
  name: string,
  method: RpcMethod,
  layout: BatchLayout,
  call: (request: unknown, options: CallOptions) => Promise<unknown>,
) => Batcher<unknown, unknown>;

export const newBatcher: BatcherMaker = (name, _method, layout, call) =>
  new Batcher<unknown, unknown>({
    name,
    max: layout.max,
    ask: async (questions, context) => {
      const request = { [layout.questions]: questions };
      return answersOf((await call(request, { context, deadlineMs: context.deadline - Date.now() })) as Response, layout);
    },
  });

/** The one batcher of a method in this process, whoever asks. */
export const batcherOf: BatcherMaker = (name, method, layout, call) => {
  const known = batchers.get(method);
  if (known) return known;
  const made = newBatcher(name, method, layout, call);
  batchers.set(method, made);
  return made;
};

/** A batch's results as its method's response carries them. */
export interface Answered<A> {
  answers: A[];
  failures: Failure[];
}

/**
 * Splits the results of a batch's questions for the response: answers in order, with `empty` in the place of those that failed, and
 * the failures, of which the neighbours know nothing.
 */
export function answerEach<A>(results: readonly (A | DoulError)[], empty: A): Answered<A> {
  const failures: Failure[] = [];
  const answers = results.map((result, at) => {
    if (!(result instanceof DoulError)) return result;
    const { status, error } = carry(result);
    failures.push({ at, status, error });
    return empty;
  });
  return { answers, failures };
}
