import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { currentContext } from './context.js';

export type { Logger } from 'pino';

/** The process's logger: one JSON line an entry, with the request's id and trace where there is one. */
export const log: Logger = pino({
  level: process.env['LOG_LEVEL'] ?? 'info',
  base: { pid: process.pid, service: process.env['SERVICES'] ?? undefined },
  redact: ['*.password', '*.token', 'password', 'token', 'headers.authorization'],
  mixin: () => {
    const context = currentContext();
    return context ? { requestId: context.requestId, trace: context.traceparent } : {};
  },
});

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
