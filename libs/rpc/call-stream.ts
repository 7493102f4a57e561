import { ExchangeRequest, ExchangeResponse, type StreamCall, StreamServiceDefinition, type StreamAnswer } from '@doul/contracts';
import { metrics, type RequestContext } from '@doul/runtime';
import { Metadata, status, type Client, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { encoder } from './definition.js';
import { serviceError } from './wire-error.js';

/** Takes the encoded answer, or the failure in grpc-js's form. */
export type Settle = (failure: ServiceError | null, answer?: Uint8Array) => void;

interface Pending {
  settle: Settle;
  timer: NodeJS.Timeout;
}

/** Calls under way on one stream: what a process can have in memory of an instance that does not answer. */
const MAX_PENDING = 4_096;
/** After a stream was lost or refused, calls are unary for this long, in ms. */
const REOPEN_MS = 500;
/** An instance without the stream service is an older one; it stays so for as long as it lives, but a port can be reused. */
const REOPEN_UNSUPPORTED_MS = 60_000;

const PATH = `/${StreamServiceDefinition.fullName}/${StreamServiceDefinition.methods.exchange.name}`;
const serialize = encoder(ExchangeRequest);
const deserialize = (bytes: Buffer): ExchangeResponse => ExchangeResponse.decode(bytes);
const open = metrics.gauge('doul_rpc_streams', 'Open streams to instances');

/**
 * Unary calls to one instance as messages of one long-lived stream. Calls made in one turn of the event loop leave in one message.
 * While the stream is not open (at first, and after a loss) `ready` is false and callers make unary gRPC calls.
 */
export class CallStream {
  private stream: ClientDuplexStream<ExchangeRequest, ExchangeResponse> | undefined;
  private isOpen = false;
  private reopenAt = 0;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private queue: StreamCall[] = [];

  constructor(private readonly client: Client) {}

  /** Whether a call can be sent now; opens the stream when it is time. */
  get ready(): boolean {
    if (!this.stream && Date.now() >= this.reopenAt) this.start();
    return this.isOpen && this.pending.size < MAX_PENDING;
  }

  /** Sends a call; `settle` is called once, at the latest after `timeoutMs`. Only while `ready`. */
  send(path: string, request: Uint8Array, timeoutMs: number, context: RequestContext | undefined, settle: Settle): void {
    const id = this.takeId();
    const timer = setTimeout(() => this.settle(id, { status: status.DEADLINE_EXCEEDED, details: 'no answer in time' }), timeoutMs);
    this.pending.set(id, { settle, timer });
    const { requestId = '', traceparent = '', userId = 0 } = context ?? {};
    if (this.queue.push({ id, path, timeoutMs: Math.max(1, Math.ceil(timeoutMs)), requestId, traceparent, userId, request }) === 1) {
      setImmediate(() => this.flush());
    }
  }

  close(): void {
    this.reopenAt = Infinity;
    this.stream?.end();
  }

  private takeId(): number {
    do this.nextId = (this.nextId % 0xffff_ffff) + 1;
    while (this.pending.has(this.nextId));
    return this.nextId;
  }

  private start(): void {
    const stream = this.client.makeBidiStreamRequest(PATH, serialize, deserialize, new Metadata());
    this.stream = stream;
    const lost = (failure?: Partial<ServiceError>): void => this.lose(stream, failure);
    stream.on('metadata', () => this.opened(stream));
    stream.on('data', (response: ExchangeResponse) => this.receive(response));
    stream.on('error', lost);
    stream.on('end', lost);
  }

  private opened(stream: ClientDuplexStream<ExchangeRequest, ExchangeResponse>): void {
    if (this.stream !== stream || this.isOpen) return;
    this.isOpen = true;
    open.inc();
  }

  private flush(): void {
    const calls = this.queue;
    this.queue = [];
    if (calls.length > 0) this.stream?.write({ calls });
  }

  private receive({ answers, leaving }: ExchangeResponse): void {
    for (const answer of answers) this.settle(answer.id, answer);
    if (leaving) this.leave();
  }

  /** The server stops: what is under way is still answered here, what comes next goes elsewhere. */
  private leave(): void {
    this.flush();
    this.shut(REOPEN_MS);
    this.stream?.end();
  }

  private shut(reopenMs: number): void {
    if (this.isOpen) open.dec();
    this.isOpen = false;
    this.reopenAt = Math.max(this.reopenAt, Date.now() + reopenMs);
  }

  private lose(stream: ClientDuplexStream<ExchangeRequest, ExchangeResponse>, failure?: Partial<ServiceError>): void {
    if (this.stream !== stream) return;
    this.stream = undefined;
    this.shut(failure?.code === status.UNIMPLEMENTED ? REOPEN_UNSUPPORTED_MS : REOPEN_MS);
    this.queue = [];
    for (const id of [...this.pending.keys()])
      this.settle(id, { status: status.UNAVAILABLE, details: 'the stream to the instance was lost' });
  }

  private settle(id: number, answer: Partial<StreamAnswer>): void {
    const pending = this.pending.get(id);
    // Its caller has given up.
    if (!pending) return;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    const { status: code = 0, details = '', error = EMPTY } = answer;
    if ((code as status) === status.OK) pending.settle(null, answer.answer ?? EMPTY);
    else pending.settle(serviceError({ status: code, details, error }));
  }
}

const EMPTY = new Uint8Array(0);
