import { CommonErrors, type DoulError } from '@doul/contracts';
import { metrics, newContext, type CallCounts, type RequestContext } from '@doul/runtime';
import { nanoid } from 'nanoid';
import { rpcConfig } from './rpc.config.js';

/** Of a batch, which belongs to no single request: it has no caller, and the deadline of the one who waits longest. */
export type BatchContext = RequestContext & { readonly deadline: number };

export interface BatcherOptions<Q, A> {
  /** Its label in metrics. */
  name: string;
  /** Asks all questions at once, in a context of their own; answers in their order, an error in the place of a question that failed alone. */
  ask: (questions: readonly Q[], context: BatchContext) => Promise<readonly (A | DoulError)[]>;
  /** Questions of one batch; a full one leaves at once. */
  max: number;
  /** Questions waiting or under way; beyond them a question is refused at once instead of queueing. */
  maxPending?: number;
}

export interface AskOptions {
  /** Unix ms after which the asker no longer waits. */
  until: number;
  /** The budget of the request that asks. */
  calls?: CallCounts | undefined;
  /** Lets the asker leave earlier: a question that has not left yet is then not asked. */
  signal?: AbortSignal | undefined;
  /** Leaves at once as a call of its own: for answers so large that they must not share a message with others. */
  alone?: boolean | undefined;
}

interface Waiter<Q, A> {
  readonly question: Q;
  readonly until: number;
  readonly since: number;
  readonly calls: CallCounts | undefined;
  settled: boolean;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/** Two seconds' worth of questions at the rate one process can answer pages: more could only be answered too late. */
const MAX_PENDING = 20_000;
/** A waiter whose deadline is this much before its batch's gets a timer of its own, in ms; others end with the batch. */
const SLACK_MS = 20;

const sizes = metrics.histogram('doul_rpc_batch_size', 'Questions of a batch', ['method'], [1, 2, 4, 8, 16, 32, 64, 128, 256]);
const waits = metrics.histogram('doul_rpc_batch_wait_seconds', 'Time the first question of a batch waited for others', ['method']);
const pendings = metrics.gauge('doul_rpc_batch_pending', 'Questions waiting or under way', ['method']);
const refusals = metrics.counter('doul_rpc_batch_refused_total', 'Questions refused because too many were pending', ['method']);

/**
 * Lets questions of concurrent requests travel together: whatever is asked in one turn of the event loop (or within
 * RPC_BATCH_WINDOW_MS) leaves as one call. A question never joins a call that has left, so its answer is not older than the question.
 */
export class Batcher<Q, A> {
  private waiting: Waiter<Q, A>[] = [];
  private pending = 0;
  private readonly size;
  private readonly wait;
  private readonly depth;

  constructor(private readonly options: BatcherOptions<Q, A>) {
    const labels = { method: options.name };
    this.size = sizes.labels(labels);
    this.wait = waits.labels(labels);
    this.depth = pendings.labels(labels);
  }

  /**
   * @throws DoulError UNAVAILABLE at once when too many questions are pending, DEADLINE, the question's own error, or the whole
   * call's
   */
  ask(question: Q, { until, calls, signal, alone }: AskOptions): Promise<A> {
    if (this.pending >= (this.options.maxPending ?? MAX_PENDING)) {
      refusals.inc({ method: this.options.name });
      return Promise.reject(CommonErrors.UNAVAILABLE());
    }
    return new Promise<A>((resolve, reject) => {
      const waiter = { question, until, since: performance.now(), calls, settled: false, resolve, reject };
      if (signal) this.leaveOn(signal, waiter);
      if (waiter.settled) return;
      this.pending += 1;
      if (alone) return void this.send([waiter]).finally(() => (this.pending -= 1));
      if (this.waiting.push(waiter) === 1) this.schedule();
      if (this.waiting.length >= this.options.max) this.flush();
    });
  }

  private schedule(): void {
    const { RPC_BATCH_WINDOW_MS } = rpcConfig();
    // Waiters of the next batch: a batch that became full has left already, and its timer finds only what came after it.
    if (RPC_BATCH_WINDOW_MS === 0) setImmediate(() => this.flush());
    else setTimeout(() => this.flush(), RPC_BATCH_WINDOW_MS);
  }

  private leaveOn(signal: AbortSignal, waiter: Waiter<Q, A>): void {
    const leave = (): void => {
      if (waiter.settled) return;
      waiter.settled = true;
      waiter.reject(CommonErrors.UNAVAILABLE({}, signal.reason));
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  private flush(): void {
    const taken = this.waiting;
    if (taken.length === 0) return;
    this.waiting = [];
    const batch = taken.filter((waiter) => !waiter.settled);
    const done = (): void => {
      this.pending -= taken.length;
      this.depth.set(this.pending);
    };
    if (batch.length === 0) return done();
    this.depth.set(this.pending);
    this.size.observe(batch.length);
    this.wait.observe((performance.now() - (batch[0] as Waiter<Q, A>).since) / 1_000);
    void this.send(batch).finally(done);
  }

  private async send(batch: readonly Waiter<Q, A>[]): Promise<void> {
    const until = batch.reduce((latest, waiter) => Math.max(latest, waiter.until), 0);
    const timers = batch.filter((waiter) => waiter.until < until - SLACK_MS).map(expire);
    const { requestId, traceparent, calls } = newContext(nanoid());
    const context: BatchContext = { requestId, traceparent, calls, deadline: until };
    try {
      const answers = await this.answers(batch, context);
      batch.forEach((waiter, at) => settle(waiter, context.calls, answers[at] as A | DoulError));
    } catch (error) {
      for (const waiter of batch) settle(waiter, context.calls, error as DoulError);
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  private async answers(batch: readonly Waiter<Q, A>[], context: BatchContext): Promise<readonly (A | DoulError)[]> {
    const answers = await this.options.ask(
      batch.map((waiter) => waiter.question),
      context,
    );
    if (answers.length === batch.length) return answers;
    throw CommonErrors.INTERNAL({}, new Error(`${batch.length} questions had ${answers.length} answers`));
  }
}

function expire<Q, A>(waiter: Waiter<Q, A>): NodeJS.Timeout {
  return setTimeout(() => settle(waiter, undefined, CommonErrors.DEADLINE()), Math.max(0, waiter.until - Date.now()));
}

/** Each asker's budget is charged with what the batch cost, as if it had asked alone. */
function settle<Q, A>(waiter: Waiter<Q, A>, cost: CallCounts | undefined, answer: A | DoulError): void {
  if (waiter.settled) return;
  waiter.settled = true;
  if (waiter.calls && cost) {
    waiter.calls.rpc += cost.rpc;
    waiter.calls.sql += cost.sql;
    waiter.calls.redis += cost.redis;
  }
  if (answer instanceof Error) waiter.reject(answer);
  else waiter.resolve(answer);
}
