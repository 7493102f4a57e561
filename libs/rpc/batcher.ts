import { currentContext, newContext, runInContext, type CallCounts } from '@doul/runtime';
import { nanoid } from 'nanoid';

export interface BatcherOptions<Q, A> {
  /** Asks all questions at once; answers in their order. */
  ask: (questions: readonly Q[]) => Promise<readonly A[]>;
  /** Questions of one batch; a full one leaves at once. */
  max: number;
}

interface Waiter<Q, A> {
  question: Q;
  /** Of the request that asks. */
  calls: CallCounts | undefined;
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
    const calls = currentContext()?.calls;
    return new Promise<A>((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ question, calls, resolve, reject });
      if (this.waiting.length >= this.options.max) this.flush();
    });
  }

  private flush(): void {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    // The batch belongs to no single request: its deadline may not come from one.
    const context = newContext(nanoid());
    const work = runInContext(context, () => this.options.ask(batch.map((waiter) => waiter.question)));
    work.then(
      (answers) =>
        batch.forEach((waiter, at) => {
          pay(waiter.calls, context.calls);
          waiter.resolve(answers[at] as A);
        }),
      (error: unknown) => batch.forEach((waiter) => waiter.reject(error)),
    );
  }
}

/** Each asker's budget is charged with what the batch cost, as if it had asked alone. */
function pay(budget: CallCounts | undefined, cost: CallCounts): void {
  if (!budget) return;
  budget.rpc += cost.rpc;
  budget.sql += cost.sql;
  budget.redis += cost.redis;
}
