import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Servers live in sbin, which an ordinary user's PATH leaves out. */
const EXTRA_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/lib/rabbitmq/bin'];

/** @param {string} path */
function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The full path of a program, or undefined.
 * @param {string} name
 */
export const firstOnPath = (name) =>
  [...(process.env['PATH'] ?? '').split(':').filter(Boolean), ...EXTRA_DIRS].map((dir) => join(dir, name)).find(runnable);

/** RabbitMQ's own start script; the one on the PATH changes user and directory. */
export const RABBITMQ_SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
