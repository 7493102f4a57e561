import { z } from 'zod';
import { characters, hasLoneSurrogate } from './blank.js';
import { wholeOf } from './numerals.js';
import { Problem, problems } from './problems.js';

/** How a parameter is shown in OpenAPI. */
type JsonSchema = Record<string, unknown>;

/** A parameter's schema: takes what a client sent, gives the typed value. */
export type Param<T> = z.ZodType<T, unknown>;

function param<T>(json: JsonSchema, read: (raw: unknown) => T | Problem): z.ZodPipe<z.ZodUnknown, z.ZodTransform<T, unknown>> {
  const schema = z.unknown().transform((raw, context): T => {
    const value = raw === undefined ? problems.missing : read(raw);
    if (!(value instanceof Problem)) return value;
    context.issues.push({ code: 'custom', message: value.en, params: { zh: value.zh }, input: raw });
    return z.NEVER;
  });
  return schema.meta(json);
}

const isScalar = (raw: unknown): boolean => typeof raw !== 'object';

export interface TextLimits {
  /** In Unicode characters; the default minimum is 1. */
  min?: number;
  max: number;
}

function readText(raw: unknown, { min = 1, max }: TextLimits): string | Problem {
  if (!isScalar(raw)) return problems.notScalar;
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text !== 'string') return problems.notText;
  // A character takes one or two code units, so most texts need no counting.
  if (text.length > 2 * max || (text.length > max && characters(text) > max)) return problems.tooLong(max);
  if (text.length < 2 * min && characters(text) < min) return problems.tooShort(min);
  return hasLoneSurrogate(text) ? problems.notUnicode : text;
}

function readWhole(raw: unknown, min: number, max: number): number | Problem {
  if (!isScalar(raw)) return problems.notScalar;
  const value = wholeOf(raw);
  return value === undefined || value < min || value > max ? problems.notWhole(min, max) : value;
}

export interface NumbersLimits {
  min?: number;
  max: number;
  /** How many there may be. */
  most: number;
}

/** `1,2,3`, one number, or a list in JSON; each once, in the order given. */
function readNumbers(raw: unknown, { min = 1, max, most }: NumbersLimits): number[] | Problem {
  const items: readonly unknown[] = typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : [raw];
  const numbers = items.slice(0, most + 1).map((item) => wholeOf(typeof item === 'string' ? item.trim() : item));
  const good = numbers.filter((value) => value !== undefined && value >= min && value <= max) as number[];
  return numbers.length > most || numbers.length === 0 || good.length < numbers.length
    ? problems.notNumbers(min, max, most)
    : [...new Set(good)];
}

/** Below this a time is taken for seconds: as milliseconds it would be before March 1973, as seconds it is the year 5138. */
const SECONDS_BELOW = 100_000_000_000;

/**
 * `latest_time` as an exclusive upper bound in ms. Absent, 0, not a number, negative = 0, which means from the head.
 * Seconds cover their whole second. Whether a bound lies in the future is for the feed to decide, which knows its head.
 */
function readLatestTime(raw: unknown): number | Problem {
  if (!isScalar(raw)) return problems.notScalar;
  const value = wholeOf(raw) ?? 0;
  if (value <= 0) return 0;
  return value < SECONDS_BELOW ? (value + 1) * 1000 : value;
}

/** Longest opaque cursor that an endpoint hands out, in characters. */
const MAX_CURSOR_LENGTH = 200;

const TRUE = new Set<unknown>([true, 1, '1', 'true']);
const FALSE = new Set<unknown>([false, 0, '0', 'false']);

/**
 * The types of parameters. Each reads what clients of all kinds send: text of a query or a form, values of JSON. Required
 * unless `.optional()` or `.default(…)` follows; blank and empty values are missing ones.
 */
export const p = {
  /** Id of a user, video, comment or session: 1 to 2^53 - 1, exponent form included. */
  id: () =>
    param({ type: 'integer', format: 'int64', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, (raw): number | Problem => {
      if (!isScalar(raw)) return problems.notScalar;
      const value = wholeOf(raw);
      return value === undefined || value < 1 ? problems.notId : value;
    }),
  /** A whole number within limits, both inclusive. */
  int: ({ min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {}) =>
    param({ type: 'integer', format: 'int64', minimum: min, maximum: max }, (raw) => readWhole(raw, min, max)),
  /** Several whole numbers, both limits inclusive. */
  numbers: (limits: NumbersLimits) =>
    param({ type: 'string', description: 'Whole numbers separated by commas; in JSON also a list' }, (raw) => readNumbers(raw, limits)),
  /** A text that shows something; what is over the limit is refused, never cut. */
  text: (limits: TextLimits) =>
    param({ type: 'string', minLength: limits.min ?? 1, maxLength: limits.max }, (raw) => readText(raw, limits)),
  /** One of a few numbers, such as `action_type`. */
  choice: <const T extends number>(...values: readonly T[]) =>
    param({ type: 'integer', enum: values }, (raw): T | Problem => {
      if (!isScalar(raw)) return problems.notScalar;
      const value = wholeOf(raw);
      return values.find((known) => known === value) ?? problems.notOneOf(values);
    }),
  /** One of a few words. */
  word: <const T extends string>(...values: readonly T[]) =>
    param(
      { type: 'string', enum: values },
      (raw): T | Problem => values.find((known) => known === raw) ?? (isScalar(raw) ? problems.notOneOf(values) : problems.notScalar),
    ),
  /** true, false, 1 or 0. */
  flag: () => param({ type: 'boolean' }, (raw): boolean | Problem => (TRUE.has(raw) ? true : FALSE.has(raw) ? false : problems.notFlag)),
  /** The feed's exclusive upper bound in ms; 0 = from the head. Never refused but for not being a single value. */
  latestTime: () =>
    param({ type: 'integer', format: 'int64', description: 'Seconds or milliseconds; absent = now' }, readLatestTime).default(0),
  /** Where the last page of a list ended; opaque. Optional. */
  cursor: () =>
    param({ type: 'string', maxLength: MAX_CURSOR_LENGTH, description: 'next_cursor of the last page' }, (raw): string | Problem =>
      typeof raw !== 'string' ? problems.notScalar : raw.length > MAX_CURSOR_LENGTH ? problems.notCursor : raw,
    ).optional(),
  /** Size of a page, 1 to `max`. Optional. */
  count: (max: number) =>
    param({ type: 'integer', minimum: 1, maximum: max, description: 'Size of a page' }, (raw) => readWhole(raw, 1, max)).optional(),
};
