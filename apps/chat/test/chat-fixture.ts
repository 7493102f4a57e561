import type { ProfileServiceDefinition } from '@doul/contracts';
import { temporaryDatabase } from '@doul/data';
import { Outbox } from '@doul/events';
import type { RpcClient } from '@doul/rpc';
import { disposeResources } from '@doul/runtime';
import { useWordSource } from '@doul/text';
import { ConversationRepository } from '../model/conversation.repository.js';
import { migrations, schema } from '../model/migrations/index.js';
import { ConversationService } from '../rpc/conversation.service.js';

/** The service without its transport, on a schema of its own, where users 1 to 199 exist. */
export async function chatFixture() {
  useWordSource({
    version: () => Promise.resolve(1),
    read: () =>
      Promise.resolve({
        version: 1,
        words: [
          { text: 'badblock', level: 'block' },
          { text: 'badmask', level: 'mask' },
          { text: 'badreview', level: 'review' },
        ],
      }),
  });
  const { database, drop } = await temporaryDatabase(schema, { migrations });
  const exists = ({ ids }: { ids: number[] }) => Promise.resolve({ ids: ids.filter((id) => id > 0 && id < 200) });
  const profiles = { exists } as unknown as RpcClient<typeof ProfileServiceDefinition>;
  const service = new ConversationService(new ConversationRepository(database, new Outbox()), profiles);
  await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    database,
    service,
    async close(): Promise<void> {
      await drop();
      await disposeResources();
    },
  };
}
