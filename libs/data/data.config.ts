import { defineConfig, env } from '@doul/runtime';

export const dataConfig = defineConfig('data', {
  MYSQL_URL: {
    schema: env.url(),
    devDefault: 'mysql://root@127.0.0.1:3306',
    secret: true,
    doc: 'MySQL or MariaDB server, mysql://user:password@host:port; each service adds its own schema name',
  },
  MYSQL_TYPE: {
    schema: env.oneOf(['mariadb', 'mysql'] as const),
    default: 'mariadb',
    doc: 'Kind of the server behind MYSQL_URL: mariadb or mysql (also TiDB and Vitess)',
  },
  MYSQL_POOL: { schema: env.int(1, 200), default: '10', doc: 'Connections of each process to each schema' },
  MYSQL_DEADLINE_MS: { schema: env.int(100, 60_000), default: '5000', doc: 'Longest wait for a connection, and for one statement, in ms' },
  REDIS_URL: {
    schema: env.urls(),
    devDefault: 'redis://127.0.0.1:6379',
    secret: true,
    doc: 'Redis server, redis://user:password@host:port, or several of a Redis Cluster, separated by commas; run it with appendfsync always so that nothing acknowledged is lost',
  },
  REDIS_CLUSTER: { schema: env.flag(), default: 'off', doc: 'on: the one server of REDIS_URL belongs to a Redis Cluster' },
  REDIS_DEADLINE_MS: { schema: env.int(50, 60_000), default: '2000', doc: 'Longest wait for the answer to a Redis command, in ms' },
});
