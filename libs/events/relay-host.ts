import { Database } from '@doul/data';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { broker } from './broker.js';
import { Outbox } from './outbox.js';
import { watchOutbox } from './relay-metrics.js';
import { Relay } from './relay.js';

/** Runs the relay of one schema's outbox as long as its process runs. */
@Injectable()
export class RelayHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private relay: Relay | undefined;
  private watch: { stop(): void } | undefined;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { schema } = this.database;
    const relay = new Relay(schema, this.database, await broker());
    this.outbox.onCommitted(() => relay.wake());
    this.watch = watchOutbox(schema, this.database);
    this.relay = relay;
    relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.watch?.stop();
    await this.relay?.stop();
  }
}
