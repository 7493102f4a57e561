import type { LoggerService } from '@nestjs/common';
import { pino, type Logger, type LoggerOptions } from 'pino';
import { contextFields, currentContext } from './context.js';
import { serializers, withoutSecrets } from './secrets.js';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What LOG_LEVEL says; the check of the configuration names a wrong one, which needs a log to be read in. */
const levelOf = (text: string | undefined): string => LOG_LEVELS.find((level) => level === text) ?? 'info';

/** How lines are made: one JSON object an entry, with the request's id and trace where there is one, without secrets. */
export const logOptions = (): LoggerOptions => ({
  level: levelOf(process.env['LOG_LEVEL']),
  base: { pid: process.pid, service: process.env['SERVICES'] ?? undefined },
  formatters: { log: withoutSecrets },
  serializers,
  mixin: () => contextFields(currentContext()),
});

/** The process's logger. */
export const log: Logger = pino(logOptions());

/** A logger whose lines carry the part of the system they come from. */
export const childLog = (part: string): Logger => log.child({ part });

const textOf = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message));

/** Nest's own lines through the same logger; its chatter about modules and routes is debug. */
export class NestLog implements LoggerService {
  log(message: unknown, context?: unknown): void {
    log.debug({ part: context }, textOf(message));
  }
  error(message: unknown, stack?: unknown, context?: unknown): void {
    log.error({ part: context, stack, err: message instanceof Error ? message : undefined }, textOf(message));
  }
  warn(message: unknown, context?: unknown): void {
    log.warn({ part: context }, textOf(message));
  }
  debug(message: unknown, context?: unknown): void {
    log.debug({ part: context }, textOf(message));
  }
  verbose(message: unknown, context?: unknown): void {
    log.trace({ part: context }, textOf(message));
  }
}
