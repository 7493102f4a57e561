import { Problem } from './ui.js';

const PROFILE = '--profile NAME   another set of data, ports and processes of this checkout (default: dev)';

/** @type {Record<string, { use: string, does: string, more?: string[] }>} */
const HELP = {
  up: {
    use: 'up [--all-in-one] [--no-seed] [--servers-only] [--profile NAME]',
    does: 'set up what is missing, start everything, fill it, print the address',
    more: [
      '--all-in-one     every layer in one process instead of one process each',
      '--no-seed        do not load the demo set',
      '--servers-only   MySQL, Redis, etcd, RabbitMQ, Elasticsearch, object store, nginx, and the migrations',
      PROFILE,
      '',
      'A server named by its variable is not started: MYSQL_URL, REDIS_URL, ETCD_HOSTS, RABBITMQ_URL, ELASTICSEARCH_URL',
      '(empty: MySQL does the searching), OSS_ENDPOINT. GATEWAY_LISTEN=0.0.0.0:8080 opens the entry point to the network.',
    ],
  },
  down: {
    use: 'down [--delete-data] [--profile NAME]',
    does: 'stop everything; nothing stays behind',
    more: ['--delete-data    also delete the data of the profile', PROFILE],
  },
  status: { use: 'status [--json] [--profile NAME]', does: 'show every process: state, pid, port, restarts, uptime, memory, last exit' },
  logs: {
    use: 'logs [NAME] [-f] [-n LINES] [--profile NAME]',
    does: 'show the log of a process; without NAME, whose logs there are',
    more: ['-f               follow it'],
  },
  restart: {
    use: 'restart [NAME...] [--profile NAME]',
    does: 'restart layers (default: all) without a gap: the new process serves before the old one stops',
  },
  start: { use: 'start NAME... [--profile NAME]', does: 'start a stopped server or layer' },
  stop: { use: 'stop NAME... [--profile NAME]', does: 'stop a server or layer until it is started again' },
  kill: {
    use: 'kill NAME [-SIGNAL] [--profile NAME]',
    does: 'send a signal (default KILL) to a server or layer, to see what happens',
    more: ['Examples: kill redis, kill video-rpc -STOP, kill video-rpc -CONT'],
  },
  env: { use: 'env [--test] [--profile NAME]', does: 'print the environment of the layers: eval "$(./doul env)"' },
  test: {
    use: 'test [SUITE...] [FILTER...]',
    does: 'run the tests against servers of their own',
    more: [
      'Suites: check (lint, types, drift), unit, media (a hundred files), db, e2e (in both shapes), chaos; all by default.',
      'FILTER           parts of file names, for vitest',
    ],
  },
  seed: { use: 'seed', does: 'load the demo set through the public API' },
  reindex: { use: 'reindex', does: 'rebuild the search index from MySQL with no downtime' },
  reconcile: { use: 'reconcile', does: 'compare memberships, counters and MySQL and print the differences' },
  bench: { use: 'bench [SCENARIO...] [OPTIONS]', does: 'measure requests through nginx: rates, latencies, CPU, memory' },
  dlq: { use: 'dlq list|replay', does: 'list or replay the events that could not be handled' },
  words: { use: 'words …', does: 'list, add, remove or import words of the filter' },
  jobs: { use: 'jobs [retry ID...]', does: 'list the steps of the processing of videos, and retry failed ones' },
  review: { use: 'review …', does: 'list comments that wait for review, and decide' },
  publish: { use: 'publish FILE [--title TEXT] [OPTIONS]', does: 'upload a video in parts, resumable, with a progress bar' },
  bucket: { use: 'bucket cors', does: 'let pages in browsers upload to the object store and play from it' },
  doctor: { use: 'doctor [--profile NAME]', does: 'say what is missing or wrong, and the command that mends it' },
};

export const overall = () =>
  [
    'Usage: ./doul COMMAND',
    '',
    ...Object.entries(HELP).map(([name, { does }]) => `  ${name.padEnd(10)} ${does}`),
    '',
    '  ./doul COMMAND --help tells more.',
  ].join('\n');

/** @param {string} name */
export function helpOf(name) {
  const found = HELP[name];
  if (!found) throw new Problem(`there is no command ${name}`);
  return [`Usage: ./doul ${found.use}`, '', `  ${found.does}`, ...(found.more ? ['', ...found.more.map((line) => `  ${line}`)] : [])].join(
    '\n',
  );
}
