import { ExchangeRequest, ExchangeResponse, StreamServiceDefinition, type StreamAnswer, type StreamCall } from '@doul/contracts';
import { newContext, type RequestContext } from '@doul/runtime';
import { Metadata, status, type Server, type ServerDuplexStream } from '@grpc/grpc-js';
import { nanoid } from 'nanoid';
import { admitted } from './admission.js';
import { encoder, grpcMethod, type RpcDefinition } from './definition.js';
import type { AnyHandler } from './handlers.js';
import { carry } from './wire-error.js';

type Stream = ServerDuplexStream<ExchangeRequest, ExchangeResponse>;

interface Served {
  decode: (bytes: Buffer) => unknown;
  encode: (answer: unknown) => Buffer;
  handler: AnyHandler;
}

const EMPTY = new Uint8Array(0);
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function contextOf({ requestId, traceparent, userId, timeoutMs }: StreamCall): RequestContext {
  const context = newContext(requestId || nanoid(), traceparent || undefined);
  const deadline = Date.now() + timeoutMs;
  return {
    requestId: context.requestId,
    traceparent: context.traceparent,
    calls: context.calls,
    deadline,
    userId: userId > 0 ? userId : undefined,
  };
}

/** One caller's stream. */
class Caller {
  private running = 0;
  private ended = false;
  private answers: StreamAnswer[] = [];

  constructor(
    private readonly stream: Stream,
    private readonly serve: (call: StreamCall) => Promise<StreamAnswer>,
    onGone: () => void,
  ) {
    stream.on('data', ({ calls }: ExchangeRequest) => calls.forEach((call) => void this.answer(call)));
    stream.on('end', () => {
      this.ended = true;
      this.endWhenDone();
    });
    stream.on('error', onGone);
    stream.on('close', onGone);
    stream.on('cancelled', onGone);
    // Tells the caller that this server knows streams.
    stream.sendMetadata(new Metadata());
  }

  leave(): void {
    this.flush();
    this.stream.write({ answers: [], leaving: true });
  }

  private async answer(call: StreamCall): Promise<void> {
    this.running += 1;
    const answer = await this.serve(call);
    this.running -= 1;
    // Answers of one turn of the event loop leave in one message.
    if (this.answers.push(answer) === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const { answers } = this;
    this.answers = [];
    if (answers.length > 0 && this.stream.writable) this.stream.write({ answers, leaving: false });
    this.endWhenDone();
  }

  private endWhenDone(): void {
    if (this.ended && this.running === 0 && this.answers.length === 0) this.stream.end();
  }
}

/** Serves the calls that arrive as messages of streams: every method of every mounted service. */
export class StreamServer {
  private readonly served = new Map<string, Served>();
  private readonly callers = new Set<Caller>();
  private leaving = false;

  addTo(server: Server): void {
    const { fullName, methods } = StreamServiceDefinition;
    const definition = {
      exchange: {
        path: `/${fullName}/${methods.exchange.name}`,
        requestStream: true,
        responseStream: true,
        requestSerialize: encoder(ExchangeRequest),
        requestDeserialize: (bytes: Buffer) => ExchangeRequest.decode(bytes),
        responseSerialize: encoder(ExchangeResponse),
        responseDeserialize: (bytes: Buffer) => ExchangeResponse.decode(bytes),
      },
    };
    server.addService(definition, { exchange: (stream: Stream) => this.accept(stream) });
  }

  mount(definition: RpcDefinition, handlers: Readonly<Record<string, AnyHandler>>): void {
    for (const [key, method] of Object.entries(definition.methods)) {
      const { path, requestDeserialize: decode, responseSerialize: encode } = grpcMethod(definition, method);
      const handler = handlers[key];
      if (handler) this.served.set(path, { decode, encode, handler });
    }
  }

  /** Asks every caller to send nothing more here; their streams end when they have their answers. */
  leave(): void {
    this.leaving = true;
    for (const caller of this.callers) caller.leave();
  }

  private accept(stream: Stream): void {
    const caller = new Caller(
      stream,
      (call) => this.serve(call),
      () => this.callers.delete(caller),
    );
    this.callers.add(caller);
    if (this.leaving) caller.leave();
  }

  private async serve(call: StreamCall): Promise<StreamAnswer> {
    const served = this.served.get(call.path);
    const { id } = call;
    if (!served) return { id, answer: EMPTY, status: status.UNIMPLEMENTED, details: `there is no ${call.path} here`, error: EMPTY };
    try {
      const answer = await admitted(() => served.handler(served.decode(asBuffer(call.request)), contextOf(call)));
      return { id, answer: served.encode(answer), status: status.OK, details: '', error: EMPTY };
    } catch (failure) {
      return { id, answer: EMPTY, ...carry(failure) };
    }
  }
}
