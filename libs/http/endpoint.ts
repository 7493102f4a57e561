import type { ErrorFactory } from '@doul/contracts';
import type { z } from 'zod';
import type { UploadForm } from './upload-form.js';

export type Shape = z.ZodRawShape;

/**
 * Who may call: `none` ignores tokens; `optional` answers anonymous callers too, but refuses a bad token; `required` refuses
 * both; `lenient` takes a bad token for no token.
 */
export type AuthRule = 'none' | 'optional' | 'required' | 'lenient';

/** Rate-limit policies, each per address and per account (http.config.ts holds the numbers). */
export type LimitPolicy = 'register' | 'login' | 'publish' | 'cover' | 'comment' | 'message';

export interface UploadOptions {
  /** Name of the file field, or of each of several. */
  file: string | readonly string[];
  /** Largest size of one file, in bytes; a function where the configuration says it, which is not read yet when endpoints are declared. */
  maxBytes: number | (() => number);
}

/** Largest size of one file, in bytes. */
export const maxBytesOf = ({ maxBytes }: UploadOptions): number => (typeof maxBytes === 'number' ? maxBytes : maxBytes());

export interface EndpointOptions<P extends Shape, A extends Shape> {
  method: 'GET' | 'POST';
  /** As documented, with its trailing slash; it is served without it too. */
  path: `/douyin/${string}`;
  summary: string;
  description?: string;
  /** Folder of the API documentation: the service's name. */
  folder: string;
  auth: AuthRule;
  /** Parameters, `p.*`; the token is added by `auth`. */
  params: P;
  /** Fields beside status_code and status_msg. */
  answer: A;
  /** Whether a successful answer is an `EventStream` (server-sent events, each with a JSON object of `answer`’s fields). */
  stream?: boolean;
  /** What it can answer besides the errors every endpoint has. */
  errors?: readonly ErrorFactory[];
  /** An answer as it may look. */
  example: z.input<z.ZodObject<A>>;
  /** Parameters as they may look; those left out get an example of their type. */
  request?: { [K in keyof P]?: string | number | boolean };
  limit?: LimitPolicy;
  /** Fields that a failed answer carries too, for clients that read them without looking at status_code. */
  failureDefaults?: Record<string, string | number | boolean>;
}

/** One schema per endpoint: types, validation, documentation and serialisation all come from it. */
export interface Endpoint<P extends Shape = Shape, A extends Shape = Shape, U extends boolean = boolean> extends EndpointOptions<P, A> {
  readonly upload?: UploadOptions;
  /** Only for inference. */
  readonly uploads: U;
}

/** An endpoint whose types do not matter. */
export type AnyEndpoint = Omit<Endpoint, 'params' | 'answer' | 'example' | 'request'> & {
  readonly params: Shape;
  readonly answer: Shape;
  readonly example: unknown;
  readonly request?: Record<string, string | number | boolean | undefined> | undefined;
};

/** What a handler takes: validated parameters, or the form of an upload whose fields may still be on their way. */
export type InputOf<E> =
  E extends Endpoint<infer P, Shape, infer U> ? (U extends true ? UploadForm<z.output<z.ZodObject<P>>> : z.output<z.ZodObject<P>>) : never;

/** What a handler answers, without the envelope. */
export type AnswerOf<E> = E extends { answer: infer A extends Shape } ? z.input<z.ZodObject<A>> : never;

/** Declares an endpoint with a file in its body. */
export function endpoint<P extends Shape, A extends Shape>(
  options: EndpointOptions<P, A> & { multipart: UploadOptions },
): Endpoint<P, A, true>;
/** Declares an endpoint. */
export function endpoint<P extends Shape, A extends Shape>(options: EndpointOptions<P, A>): Endpoint<P, A, false>;
export function endpoint<P extends Shape, A extends Shape>({
  multipart,
  ...options
}: EndpointOptions<P, A> & { multipart?: UploadOptions }): Endpoint<P, A> {
  return multipart ? { ...options, upload: multipart, uploads: true } : { ...options, uploads: false };
}
