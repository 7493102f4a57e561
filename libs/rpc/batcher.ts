import { CommonErrors } from '@doul/contracts';
import { currentContext, newContext, runInContext, type CallCounts, type RequestContext } from '@doul/runtime';
import { nanoid } from 'nanoid';

export interface BatcherOptions<Q, A> {
  /** Asks all questions at once; answers in their order. */
  ask: (questions: readonly Q[]) => Promise<readonly A[]>;
  /** Questions of one batch; a full one leaves at once. */
  max: number;
}

interface Waiter<Q, A> {
  question: Q;
  /** The request that asks. */
  asker: RequestContext | undefined;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/**
 * Lets questions of concurrent requests travel together: whatever is asked in one turn of the event loop leaves as one call.
 * A question never joins a call that has left, so its answer is not older than the question.
 */
export class Batcher<Q, A> {
  private waiting: Waiter<Q, A>[] = [];

  constructor(private readonly options: BatcherOptions<Q, A>) {}

  /** @throws what the batch's call throws; all its questions fail together */
  ask(question: Q): Promise<A> {
    const asker = currentContext();
    return new Promise<A>((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ question, asker, resolve, reject });
      if (this.waiting.length >= this.options.max) this.flush();
    });
  }

  private flush(): void {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    const context = contextOf(batch.map((waiter) => waiter.asker));
    const settle = (each: (waiter: Waiter<Q, A>, at: number) => void): void =>
      batch.forEach((waiter, at) => {
        pay(waiter.asker?.calls, context.calls);
        each(waiter, at);
      });
    runInContext(context, () => this.answers(batch)).then(
      (answers) => settle((waiter, at) => waiter.resolve(answers[at] as A)),
      (error: unknown) => settle((waiter) => waiter.reject(error)),
    );
  }

  private async answers(batch: readonly Waiter<Q, A>[]): Promise<readonly A[]> {
    const answers = await this.options.ask(batch.map((waiter) => waiter.question));
    if (answers.length === batch.length) return answers;
    throw CommonErrors.INTERNAL({}, new Error(`${batch.length} questions had ${answers.length} answers`));
  }
}

/** The batch belongs to no single request: no caller, and the deadline of the one who waits longest. */
function contextOf(askers: readonly (RequestContext | undefined)[]): RequestContext {
  const deadline = Math.max(...askers.map((asker) => asker?.deadline ?? Infinity));
  return { ...newContext(nanoid()), ...(Number.isFinite(deadline) ? { deadline } : {}) };
}

/** Each asker's budget is charged with what the batch cost, as if it had asked alone. */
function pay(budget: CallCounts | undefined, cost: CallCounts): void {
  if (!budget) return;
  budget.rpc += cost.rpc;
  budget.sql += cost.sql;
  budget.redis += cost.redis;
}
