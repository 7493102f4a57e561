/** gRPC status names that an error of ours may travel under. */
export type GrpcStatusName =
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

export type ErrorDetails = Record<string, string | number>;

export interface ErrorDeclaration {
  /** 0-999; with the service's number in front it is the five-digit code. Never reused. */
  n: number;
  grpc: GrpcStatusName;
  /** Texts may hold `{placeholders}` filled from the error's details. */
  en: string;
  zh: string;
  /** Only for what no client code handles: the HTTP status of a transport error. Others answer 200. */
  http?: number;
}

export interface ErrorRow extends ErrorDeclaration {
  name: string;
  service: string;
  code: number;
}

const rowsByCode = new Map<number, ErrorRow>();

/** Every declared error of every loaded service, by ascending code. */
export function errorTable(): ErrorRow[] {
  return [...rowsByCode.values()].sort((a, b) => a.code - b.code);
}

const fill = (text: string, details: ErrorDetails): string =>
  text.replace(/\{(\w+)\}/g, (whole, key: string) => (Object.hasOwn(details, key) ? String(details[key]) : whole));

/** An expected failure, the same class on both sides of an RPC. Unexpected ones become `CommonErrors.INTERNAL` at the edge. */
export class DoulError extends Error {
  readonly code: number;
  readonly grpc: GrpcStatusName;
  readonly details: ErrorDetails;
  readonly messageZh: string;
  /** HTTP status when it is a transport error, else 200. */
  readonly http: number;

  constructor(row: ErrorRow, details: ErrorDetails = {}, cause?: unknown) {
    super(fill(row.en, details), cause === undefined ? undefined : { cause });
    this.name = row.name;
    this.code = row.code;
    this.grpc = row.grpc;
    this.details = details;
    this.messageZh = fill(row.zh, details);
    this.http = row.http ?? 200;
  }

  /** Whether the same call may succeed a moment later. */
  get retryable(): boolean {
    return this.grpc === 'UNAVAILABLE' || this.grpc === 'ABORTED';
  }

  /** Rebuilds an error that crossed an RPC; one of a table that is not loaded here keeps its code and texts. */
  static revive(code: number, name: string, grpc: GrpcStatusName, message: string, messageZh: string, details: ErrorDetails): DoulError {
    const row = rowsByCode.get(code);
    if (row) return new DoulError(row, details);
    // Its texts are filled already: braces left in them are somebody's input.
    const error = new DoulError({ n: code % 1000, code, name, grpc, en: message, zh: messageZh, service: 'unknown' });
    return Object.assign(error, { details });
  }
}

export interface ErrorFactory {
  (details?: ErrorDetails, cause?: unknown): DoulError;
  readonly row: ErrorRow;
}

/**
 * Declares a service's errors once: classes, client codes, gRPC statuses and the docs page all come from this table.
 *
 * @param base the service's number, 10-99; the first two digits of each code
 * @throws Error when a code is declared twice, or has not five digits
 */
export function defineErrors<T extends Record<string, ErrorDeclaration>>(
  service: string,
  base: number,
  table: T,
): { readonly [K in keyof T]: ErrorFactory } {
  const entries = Object.entries(table).map(([name, declaration]) => {
    const row: ErrorRow = { ...declaration, name, service, code: base * 1000 + declaration.n };
    if (!Number.isInteger(row.code) || declaration.n < 0 || declaration.n > 999 || base < 10 || base > 99)
      throw new Error(`${service}.${name}: ${row.code} is no five-digit code`);
    const known = rowsByCode.get(row.code);
    if (known && (known.name !== name || known.service !== service))
      throw new Error(`error code ${row.code} is declared as ${known.service}.${known.name} and as ${service}.${name}`);
    rowsByCode.set(row.code, row);
    const factory = (details?: ErrorDetails, cause?: unknown): DoulError => new DoulError(row, details, cause);
    return [name, Object.assign(factory, { row })] as const;
  });
  return Object.fromEntries(entries) as { readonly [K in keyof T]: ErrorFactory };
}

/** Errors that any endpoint or RPC can answer. */
export const CommonErrors = defineErrors('common', 10, {
  INTERNAL: { n: 0, grpc: 'INTERNAL', en: 'Something went wrong on our side', zh: '服务器内部错误' },
  INVALID_PARAMETER: { n: 1, grpc: 'INVALID_ARGUMENT', en: 'Parameter {parameter}: {problem}', zh: '参数 {parameter} 无效：{problem}' },
  UNAUTHENTICATED: {
    n: 2,
    grpc: 'UNAUTHENTICATED',
    en: 'Please log in: the token is missing, wrong or expired',
    zh: '请先登录：令牌缺失、错误或已过期',
  },
  FORBIDDEN: { n: 3, grpc: 'PERMISSION_DENIED', en: 'You are not allowed to do this', zh: '没有权限执行此操作' },
  NOT_FOUND_PATH: { n: 4, grpc: 'UNIMPLEMENTED', http: 404, en: 'There is no such path', zh: '路径不存在' },
  RATE_LIMITED: {
    n: 5,
    grpc: 'RESOURCE_EXHAUSTED',
    http: 429,
    en: 'Too many requests, please try again later',
    zh: '请求过于频繁，请稍后再试',
  },
  UNAVAILABLE: { n: 6, grpc: 'UNAVAILABLE', http: 503, en: 'The service is busy, please try again', zh: '服务繁忙，请稍后重试' },
  CONFLICTING_PARAMETER: {
    n: 7,
    grpc: 'INVALID_ARGUMENT',
    en: 'Parameter {parameter} was given two different values',
    zh: '参数 {parameter} 有两个不同的值',
  },
  BODY_TOO_LARGE: { n: 8, grpc: 'INVALID_ARGUMENT', http: 413, en: 'The request body is too large', zh: '请求体过大' },
  UNREADABLE_BODY: { n: 9, grpc: 'INVALID_ARGUMENT', http: 400, en: 'The request could not be read', zh: '无法解析请求' },
  METHOD_NOT_ALLOWED: { n: 10, grpc: 'UNIMPLEMENTED', http: 405, en: 'This path does not take that method', zh: '不支持该请求方法' },
  UNSUPPORTED_MEDIA: { n: 11, grpc: 'INVALID_ARGUMENT', http: 415, en: 'This content type is not supported', zh: '不支持的内容类型' },
  DEADLINE: {
    n: 12,
    grpc: 'DEADLINE_EXCEEDED',
    http: 503,
    en: 'The service took too long, please try again',
    zh: '服务响应超时，请稍后重试',
  },
  TEXT_REFUSED: {
    n: 13,
    grpc: 'INVALID_ARGUMENT',
    en: 'Parameter {parameter} holds words that are not allowed',
    zh: '参数 {parameter} 含有违禁内容',
  },
  HEADERS_TOO_LARGE: { n: 14, grpc: 'INVALID_ARGUMENT', http: 431, en: 'The request headers are too large', zh: '请求头过大' },
  URI_TOO_LONG: { n: 15, grpc: 'INVALID_ARGUMENT', http: 414, en: 'The request address is too long', zh: '请求地址过长' },
});
