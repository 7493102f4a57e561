import { stdSerializers } from 'pino';

const HIDDEN = '[Redacted]';

const isSecret = (key: string): boolean => key === 'password' || key === 'token';
const isSecretHeader = (key: string): boolean => key === 'authorization' || isSecret(key);
/** Statements with their values, as database drivers hang them on errors: they hold passwords' hashes and people's texts. */
const isSecretOfError = (key: string): boolean => key === 'sql' || key === 'parameters' || key === 'driverError' || isSecret(key);

/** The object itself when it has nothing to hide, else a copy. */
function hide(object: object, isHidden: (key: string) => boolean): object {
  let copy: Record<string, unknown> | undefined;
  for (const key in object) if (isHidden(key)) (copy ??= { ...object })[key] = HIDDEN;
  return copy ?? object;
}

/** A line's objects without the secrets in them. Done by hand: pino's own redaction more than doubles the cost of a line. */
export function withoutSecrets(line: Record<string, unknown>): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key in line) {
    const value = line[key];
    const below = typeof value === 'object' && value !== null && !(value instanceof Error);
    const shown = below ? hide(value, key === 'headers' ? isSecretHeader : isSecret) : value;
    if (shown !== value) (copy ??= { ...line })[key] = shown;
  }
  return copy ?? line;
}

/** How values that a line, or a logger's every line, names themselves are written. */
export const serializers = {
  err: (error: Error): object => hide({ ...stdSerializers.err(error) }, isSecretOfError),
  password: (): string => HIDDEN,
  token: (): string => HIDDEN,
};
