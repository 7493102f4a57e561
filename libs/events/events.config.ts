import { z } from 'zod';
import { defineConfig, env } from '@doul/runtime';

export const eventsConfig = defineConfig('events', {
  RABBITMQ_URL: {
    schema: env.url(),
    devDefault: 'amqp://doul:doul@127.0.0.1:5672',
    doc: 'RabbitMQ address with user, password and virtual host',
    secret: true,
  },
  EVENTS_PREFIX: {
    schema: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
    default: 'doul',
    doc: 'First part of the names of the exchange and the queues; installations that share a virtual host need different ones',
  },
});
