import { Command, type Cluster, type Redis } from 'ioredis';
import { fromRedisError } from './redis.js';

/** A command's arguments as they go over the wire. Only for text of single bytes: keys, numbers. */
export const encodeArguments = (args: readonly (string | number)[]): string => args.map(argument).join('');
const argument = (value: string | number): string => `$${String(value).length}\r\n${value}\r\n`;

/**
 * Many commands as one write, whose replies are handed over as the server sends them. ioredis makes a promise, a timer and a
 * conversion for each command of a pipeline, which together cost several times what the command costs the server; on the hottest
 * path one promise and one timer serve all. The connection treats the commands like any others: in their order, sent again after a
 * reconnection, and failed when it is away.
 */
export class CommandBatch {
  private readonly commands: PreparedCommand[] = [];
  private left = 0;
  private timer: NodeJS.Timeout | undefined;
  private settle: { done: () => void; fail: (error: unknown) => void } | undefined;
  readonly promise: Promise<void>;

  constructor(private readonly client: Redis | Cluster) {
    this.promise = new Promise((done, fail) => (this.settle = { done, fail }));
  }

  /**
   * @param rest what follows the key, made by `encodeArguments`
   * @param count its number of arguments
   * @param take gets the reply as the server's protocol has it: texts are Buffers
   */
  add(name: string, key: string, rest: string, count: number, take: (reply: unknown) => void): void {
    const head = `*${count + 2}\r\n$${name.length}\r\n${name}\r\n${argument(key)}`;
    this.commands.push(new PreparedCommand(this, name, key, head + rest, take));
  }

  /** Adds the reading of string keys, at one moment unless a cluster spreads them; the answered list is filled once all is sent. */
  getMany(keys: readonly string[]): readonly (Buffer | null)[] {
    const values: (Buffer | null)[] = [];
    const [first, ...others] = keys;
    if (first === undefined) return values;
    if (this.client.isCluster) keys.forEach((key, at) => this.add('GET', key, '', 0, (reply) => (values[at] = reply as Buffer | null)));
    else this.add('MGET', first, encodeArguments(others), others.length, (reply) => values.push(...(reply as (Buffer | null)[])));
    return values;
  }

  /**
   * Sends them; every reply has been taken when it resolves.
   *
   * @throws the first command's error; DoulError UNAVAILABLE when Redis is away
   */
  async send(): Promise<void> {
    if (this.commands.length === 0) return;
    this.left = this.commands.length;
    if (this.client.isCluster) for (const command of this.commands) this.client.sendCommand(command as unknown as Command);
    else this.sendTo(this.client as Redis);
    await this.promise.catch((error: unknown) => {
      throw fromRedisError(error);
    });
  }

  private sendTo(server: Redis): void {
    const sink = new Sink(server);
    for (const command of this.commands) server.sendCommand(command as unknown as Command, sink);
    sink.flush();
  }

  answered(): void {
    this.left -= 1;
    if (this.left > 0) return;
    clearTimeout(this.timer);
    this.settle?.done();
  }

  failed(error: unknown): void {
    clearTimeout(this.timer);
    this.settle?.fail(error);
  }

  expireIn(ms: number): void {
    this.timer ??= setTimeout(() => this.failed(new Error('Command timed out')), ms);
  }
}

/** What of ioredis's `Command` its connection uses, and nothing else. */
class PreparedCommand {
  readonly args: readonly string[] = [];
  readonly inTransaction = false;
  /** No tracing channel hears of single commands of a batch. */
  readonly isTraced = true;
  isResolved = false;

  constructor(
    private readonly batch: CommandBatch,
    readonly name: string,
    private readonly key: string,
    private readonly bytes: string,
    private readonly take: (reply: unknown) => void,
  ) {}

  get promise(): Promise<void> {
    return this.batch.promise;
  }

  toWritable(): string {
    return this.bytes;
  }

  resolve(reply: unknown): void {
    if (this.isResolved) return;
    this.isResolved = true;
    try {
      this.take(reply);
    } catch (error) {
      this.batch.failed(error);
      return;
    }
    this.batch.answered();
  }

  reject(error: unknown): void {
    this.isResolved = true;
    this.batch.failed(error);
  }

  getKeys(): readonly string[] {
    return [this.key];
  }

  getSlot(): number | null {
    return new Command('get', [this.key]).getSlot();
  }

  setTimeout(ms: number): void {
    this.batch.expireIn(ms);
  }
}

/** Gathers what the connection writes for a batch; what it writes after a reconnection goes out at once. */
class Sink {
  readonly isPipeline = true;
  readonly destination: { redis: Redis };
  private text = '';
  private flushed = false;

  constructor(private readonly client: Redis) {
    this.destination = { redis: client };
  }

  write(text: string): void {
    if (this.flushed) this.client.stream.write(text, 'latin1');
    else this.text += text;
  }

  flush(): void {
    this.flushed = true;
    if (this.text !== '') this.client.stream.write(this.text, 'latin1');
    this.text = '';
  }
}
