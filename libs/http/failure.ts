import { CommonErrors, DoulError, type ErrorFactory } from '@doul/contracts';
import { childLog, contextFields, type RequestContext } from '@doul/runtime';
import { HttpException } from '@nestjs/common';
import type { Exchange } from './exchange.js';

const log = childLog('http');

/** Seconds a client is asked to wait when an error does not say. */
const RETRY_AFTER_S = 1;

/** A failed answer, ready to be written. */
export interface Failure {
  http: number;
  body: string;
  code: number;
  retryAfter?: number;
}

const byStatus: Record<number, ErrorFactory> = {
  400: CommonErrors.UNREADABLE_BODY,
  404: CommonErrors.NOT_FOUND_PATH,
  405: CommonErrors.METHOD_NOT_ALLOWED,
  413: CommonErrors.BODY_TOO_LARGE,
  414: CommonErrors.URI_TOO_LONG,
  415: CommonErrors.UNSUPPORTED_MEDIA,
  431: CommonErrors.HEADERS_TOO_LARGE,
};

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof HttpException) return error.getStatus();
  return 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** The error of ours that stands for whatever was thrown; what nobody expected is logged here, once. */
export function toDoulError(error: unknown, context: RequestContext): DoulError {
  if (error instanceof DoulError) return error;
  const known = byStatus[statusOf(error) ?? 0];
  if (known) return known();
  log.error({ ...contextFields(context), err: error }, 'unexpected error in a request');
  return CommonErrors.INTERNAL({}, error);
}

function messageOf(error: DoulError, exchange: Pick<Exchange, 'language' | 'requestId'>): string {
  const zh = exchange.language === 'zh';
  const { problem, problem_zh: problemZh } = error.details;
  const text =
    zh && problemZh !== undefined ? error.messageZh.replace(String(problem), String(problemZh)) : zh ? error.messageZh : error.message;
  if (error.code !== CommonErrors.INTERNAL.row.code) return text || error.name;
  return zh ? `${text}（请求 ${exchange.requestId}）` : `${text} (request ${exchange.requestId})`;
}

/** The envelope of a failed request. */
export function failureOf(error: DoulError, exchange: Pick<Exchange, 'language' | 'requestId' | 'endpoint'>): Failure {
  const envelope = { status_code: error.code, status_msg: messageOf(error, exchange), ...exchange.endpoint?.failureDefaults };
  const failure: Failure = { http: error.http, body: JSON.stringify(envelope), code: error.code };
  if (error.http !== 429 && error.http !== 503) return failure;
  const seconds = Number(error.details['retry_after'] ?? RETRY_AFTER_S);
  return { ...failure, retryAfter: Math.max(1, Math.ceil(seconds)) };
}
