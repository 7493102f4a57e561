import { Database } from '@doul/data';
import { Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { ConsumerHost } from './consumer-host.js';
import { Inbox, sweepInbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { RelayHost } from './relay-host.js';

export interface EventsOptions {
  /** Schema of the outbox and of the inbox; a consumer without tables has none. */
  schema?: string;
  /** Whether the schema has an outbox: provides `Outbox` and runs a relay. */
  publishes?: boolean;
  /** Whether the schema has an inbox: provides `Inbox` and sweeps it. */
  inbox?: boolean;
  /** Queue whose `@OnEvent` handlers are among this process's providers. */
  consumer?: string;
}

class InboxSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private sweeping: { stop(): void } | undefined;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.sweeping = sweepInbox(this.database);
  }

  beforeApplicationShutdown(): void {
    this.sweeping?.stop();
  }
}

@Module({})
class EventsModule {}

function providersOf({ schema, publishes, inbox, consumer }: EventsOptions): Provider[] {
  const database = { provide: Database, useFactory: () => new Database(schema ?? '') };
  return [
    ...(schema === undefined ? [] : [database]),
    ...(publishes ? [Outbox, RelayHost] : []),
    ...(inbox ? [Inbox, { provide: InboxSweeper, inject: [Database], useFactory: (db: Database) => new InboxSweeper(db) }] : []),
    ...(consumer === undefined
      ? []
      : [
          {
            provide: ConsumerHost,
            inject: [DiscoveryService],
            useFactory: (discovery: DiscoveryService) => new ConsumerHost(consumer, discovery),
          },
        ]),
  ];
}

/**
 * Events of one layer: `Outbox` and its relay where the layer's service publishes, `Inbox` and the `@OnEvent` handlers where it consumes.
 * The broker may be away when the process starts and at any time after.
 *
 * @throws Error when tables are asked for without a schema
 */
export function eventsModule(options: EventsOptions): DynamicModule {
  if ((options.publishes || options.inbox) && options.schema === undefined) throw new Error('an outbox or an inbox needs a schema');
  return {
    module: EventsModule,
    imports: options.consumer === undefined ? [] : [DiscoveryModule],
    providers: providersOf(options),
    exports: [...(options.publishes ? [Outbox] : []), ...(options.inbox ? [Inbox] : [])],
  };
}
