import { defineConfig, env } from '@doul/runtime';

/** What the gateway needs beside the variables it shares with the layers. */
export const gatewayConfig = defineConfig('gateway', {
  GATEWAY_DIR: { schema: env.text(), devDefault: '.doul/nginx', doc: 'Directory of nginx: its configuration, pid and temporary files' },
  GATEWAY_LISTEN: { schema: env.text(), default: '127.0.0.1:8080', doc: 'Address and port that nginx listens on' },
  GATEWAY_ACCESS_LOG: { schema: env.text(), default: 'access.log', doc: "nginx's access log, relative to GATEWAY_DIR, or off" },
  GATEWAY_TRUSTED_PROXIES: {
    schema: env.list(),
    default: '',
    doc: 'Addresses or networks of the load balancers in front of nginx, whose X-Forwarded-For is believed',
  },
  GATEWAY_RATE: { schema: env.int(1, 1_000_000), default: '300', doc: 'Requests per second that one address may send, loopback exempt' },
  GATEWAY_MAX_IN_FLIGHT: {
    schema: env.int(1, 1_000_000),
    default: '256',
    doc: 'Requests that one API instance is sent at a time, uploads and WebSockets apart; more get 503 at once',
  },
  NGINX_PATH: { schema: env.text(), default: 'nginx', doc: 'The nginx program' },
  NGINX_MODULES: {
    schema: env.text(),
    default: '/usr/lib/nginx/modules',
    doc: "Directory of nginx's modules; the Lua module must be there",
  },
  NGINX_USER: { schema: env.text(), default: '', doc: "User of nginx's workers when it is started as root" },
  PUBLISH_MAX_BYTES: {
    schema: env.int(1_000_000, 100_000_000_000),
    default: '536870912',
    doc: 'Largest video uploaded in one request, in bytes',
  },
});

/** Variables that belong to the layers; the gateway reads them leniently, since it runs without their slices. */
export const shared = {
  corsOrigins: (process.env['CORS_ORIGINS'] ?? '*').split(',').map((origin) => origin.trim()),
  rateLimits: !['off', 'false', '0'].includes(process.env['RATE_LIMITS'] ?? 'on'),
  ossEndpoint: process.env['OSS_ENDPOINT'] ?? 'http://localhost:9000',
  ossBucket: process.env['OSS_BUCKET'] ?? 'doul',
  ossInPath: ['true', 'on', '1'].includes(process.env['OSS_SLD'] ?? 'false'),
};
