import { CommonErrors, type DoulError } from '@doul/contracts';
import type { ZodType } from 'zod';
import { isBlank } from './blank.js';
import type { Shape } from './endpoint.js';
import { problems, type Problem } from './problems.js';

/** Parameters as one part of a request gave them. */
export interface Source {
  values: Readonly<Record<string, unknown>>;
  /** Whether an array means that a name was repeated (query, forms) rather than a value that is a list (JSON). */
  repeats: boolean;
}

const invalid = (parameter: string, problem: Problem): DoulError =>
  CommonErrors.INVALID_PARAMETER({ parameter, problem: problem.en, problem_zh: problem.zh });

const isMissing = (raw: unknown): boolean => raw === undefined || raw === null || (typeof raw === 'string' && isBlank(raw));

function add(found: unknown[], raw: unknown): void {
  if (!isMissing(raw) && !found.includes(raw)) found.push(raw);
}

/** The different values that a request gives a parameter; blank ones are no values. */
function valuesOf(name: string, sources: readonly Source[]): unknown[] {
  const found: unknown[] = [];
  for (const { values, repeats } of sources) {
    const raw = values[name];
    if (repeats && Array.isArray(raw)) for (const item of raw) add(found, item);
    else add(found, raw);
  }
  return found;
}

type Parsed = ReturnType<ZodType['safeParse']>;

function valueOf(name: string, parsed: Parsed): unknown {
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const zh: unknown = issue?.code === 'custom' ? issue.params?.['zh'] : undefined;
  throw invalid(name, { en: issue?.message ?? 'is not valid', zh: typeof zh === 'string' ? zh : '无效' });
}

/** `name[]` and `name[0]` are lists to some servers; here they would be unknown parameters, silently ignored. */
function refuseLists(shape: Shape, sources: readonly Source[]): void {
  for (const { values } of sources) {
    for (const key in values) {
      const bracket = key.indexOf('[');
      if (bracket > 0 && Object.hasOwn(shape, key.slice(0, bracket))) throw invalid(key.slice(0, bracket), problems.notScalar);
    }
  }
}

/**
 * How an endpoint's parameters are read, wherever they are. What a missing one means is asked of its schema once.
 *
 * The reader throws DoulError INVALID_PARAMETER; CONFLICTING_PARAMETER when two values mean different things (`12` and
 * `1.2e+01` do not).
 */
export function inputReader(shape: Shape): (sources: readonly Source[]) => Record<string, unknown> {
  const fields = Object.entries(shape).map(([name, rule]) => {
    const schema = rule as ZodType;
    return { name, schema, missing: schema.safeParse(undefined) };
  });
  return (sources) => {
    refuseLists(shape, sources);
    const input: Record<string, unknown> = {};
    for (const { name, schema, missing } of fields) {
      const found = valuesOf(name, sources);
      const value = valueOf(name, found.length === 0 ? missing : schema.safeParse(found[0]));
      if (value !== undefined) input[name] = value;
      for (let at = 1; at < found.length; at += 1)
        if (schema.safeParse(found[at]).data !== value) throw CommonErrors.CONFLICTING_PARAMETER({ parameter: name });
    }
    return input;
  };
}

/** Longest token that is looked at, in characters; ours have about 160. */
const MAX_TOKEN_LENGTH = 2_048;

/**
 * The token of a request: parameter `token`, or the bearer of its Authorization header.
 *
 * @throws DoulError CONFLICTING_PARAMETER, INVALID_PARAMETER
 */
export function readToken(authorization: string | undefined, sources: readonly Source[]): string | undefined {
  const found = valuesOf('token', sources);
  const bearer = authorization === undefined ? null : /^bearer +(\S+) *$/i.exec(authorization);
  if (bearer) add(found, bearer[1]);
  if (found.length > 1) throw CommonErrors.CONFLICTING_PARAMETER({ parameter: 'token' });
  const token = found[0];
  if (token === undefined) return undefined;
  if (typeof token !== 'string') throw invalid('token', problems.notText);
  return token.length > MAX_TOKEN_LENGTH ? '' : token.trim();
}
