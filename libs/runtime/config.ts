import { z, type ZodType } from 'zod';

export interface ConfigVar<T = unknown> {
  /** Parses the variable's text. */
  schema: ZodType<T>;
  /** What an unset variable means, in every environment. */
  default?: string;
  /** What an unset variable means outside production; a secret has no other default. */
  devDefault?: string;
  doc: string;
  secret?: boolean;
}

export type ConfigShape = Record<string, ConfigVar>;
export type ConfigOf<S extends ConfigShape> = { readonly [K in keyof S]: z.output<S[K]['schema']> };

export interface ConfigSlice {
  readonly slice: string;
  readonly vars: ConfigShape;
}

const slices = new Map<string, ConfigSlice>();

/** Every declared slice, for `.env.example` and the docs page. */
export const configSlices = (): ConfigSlice[] => [...slices.values()].sort((a, b) => a.slice.localeCompare(b.slice));

/** Frequent shapes of environment variables. */
export const env = {
  text: () => z.string(),
  int: (min: number, max: number) =>
    z
      .string()
      .regex(/^-?\d{1,15}$/, 'is not a whole number')
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  flag: () => z.enum(['true', 'false', 'on', 'off', '1', '0']).transform((text) => ['true', 'on', '1'].includes(text)),
  url: () => z.string().refine((text) => URL.canParse(text), 'is not a URL'),
  urls: () =>
    z.string().refine((text) => text.split(',').every((url) => URL.canParse(url.trim())), 'is not one URL, or several separated by commas'),
  list: () =>
    z.string().transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    ),
  oneOf: <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values),
};

const isProduction = (): boolean => process.env['NODE_ENV'] === 'production';

function readVar(name: string, declared: ConfigVar): { value?: unknown; problem?: string } {
  const set = process.env[name];
  const text = set !== undefined && set !== '' ? set : (declared.default ?? (isProduction() ? undefined : declared.devDefault));
  if (text === undefined) return { problem: `${name} is not set (${declared.doc})` };
  const parsed = declared.schema.safeParse(text);
  if (parsed.success) return { value: parsed.data };
  const shown = declared.secret ? 'its value' : JSON.stringify(text);
  return { problem: `${name}: ${shown} ${parsed.error.issues.map((issue) => issue.message).join(', ')} (${declared.doc})` };
}

function parseSlice(slice: ConfigSlice): { values: Record<string, unknown>; problems: string[] } {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, declared] of Object.entries(slice.vars)) {
    const { value, problem } = readVar(name, declared);
    if (problem === undefined) values[name] = value;
    else problems.push(problem);
  }
  return { values, problems };
}

/** Thrown at boot with every problem of every slice at once. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Declares a slice of the environment. The returned function parses it on its first call and keeps the result.
 *
 * @throws Error when the slice exists already, or a secret has a default in production
 * @throws ConfigError from the returned function when a variable is missing or malformed
 */
export function defineConfig<S extends ConfigShape>(slice: string, vars: S): () => ConfigOf<S> {
  const declared: ConfigSlice = { slice, vars };
  if (slices.has(slice)) throw new Error(`the configuration slice ${slice} is declared twice`);
  for (const [name, { secret, default: value }] of Object.entries(vars))
    if (secret && value) throw new Error(`${name} is a secret and must have no default in production`);
  slices.set(slice, declared);
  let parsed: ConfigOf<S> | undefined;
  return () => {
    if (parsed) return parsed;
    const { values, problems } = parseSlice(declared);
    if (problems.length > 0) throw new ConfigError(problems);
    parsed = Object.freeze(values) as ConfigOf<S>;
    return parsed;
  };
}

/**
 * Checks every declared slice and reports all problems together.
 *
 * @throws ConfigError
 */
export function validateConfig(): void {
  const problems = configSlices().flatMap((slice) => parseSlice(slice).problems);
  if (problems.length > 0) throw new ConfigError(problems);
}
