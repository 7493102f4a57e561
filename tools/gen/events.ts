import { eventTable } from '@doul/contracts';
import { subscriptionTable } from '@doul/events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Generator } from './generator.js';
import { code, page, table } from './markdown.js';
import { root } from './repository.js';

const PROTO = 'proto/doul/events/v1/events.proto';

/** The fields of each message of a proto file without nested messages, as `name: type`. */
export function messageFields(proto: string): Map<string, string[]> {
  const messages = [...proto.matchAll(/^message (\w+) \{([^}]*)\}/gm)];
  return new Map(
    messages.map(([, name = '', body = '']) => [
      name,
      [...body.matchAll(/^\s*((?:repeated |optional )?[\w.]+) (\w+) = \d+;/gm)].map(([, type = '', field = '']) => `${field}: ${type}`),
    ]),
  );
}

const consumersOf = (type: string): string[] =>
  subscriptionTable()
    .filter(({ events: consumed }) => consumed.some((event) => event.type === type))
    .map(({ queue }) => queue);

/** docs/reference/events.md: every event that services publish. */
export const events: Generator = {
  name: 'events',
  generate() {
    const fields = messageFields(readFileSync(join(root, PROTO), 'utf8'));
    const rows = eventTable().map((event) => [
      code(event.type),
      event.message,
      (fields.get(event.message) ?? []).map(code).join(', '),
      event.doc,
      consumersOf(event.type).map(code).join(', '),
    ]);
    const about =
      `Every event, published through its service's outbox to the topic exchange under its type as routing key. Payloads are the protobuf messages of \`${PROTO}\`. ` +
      'Delivery is at least once; every consumer is idempotent.';
    const text = page('Events', about, table(['type', 'message', 'fields', 'when', 'consumers'], rows));
    return Promise.resolve([{ path: 'docs/reference/events.md', text }]);
  },
};
