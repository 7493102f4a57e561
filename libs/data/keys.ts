/** Names of the `{placeholders}` in a pattern; `{{id}}` puts the value into a Redis Cluster hash tag. */
type Placeholder<P extends string> = P extends `${string}{${infer N}}${infer R}`
  ? (N extends `{${infer Inner}` ? Inner : N) | Placeholder<R>
  : never;

export type KeyParams<P extends string> = { readonly [K in Placeholder<P>]: string | number };
export type KeyTtl = `${number}${'s' | 'm' | 'h' | 'd'}` | `none: ${string}`;

export interface KeyDeclaration<P extends string = string> {
  name: string;
  /** For example `video:card:{id}`, or `like:{{shard}}:log` for the key `like:{07}:log`. */
  pattern: P;
  type: 'string' | 'hash' | 'zset' | 'set' | 'stream';
  /**
   * The longest time a key lives without being written, or why it has no limit. What has one is a copy that can be made again at any moment: a
   * Redis that is full evicts it.
   */
  ttl: KeyTtl;
  doc: string;
}

export interface Key<P extends string = string> {
  (params: KeyParams<P>): string;
  readonly declaration: KeyDeclaration<P>;
  /** Seconds; undefined for `none`. */
  readonly ttlSeconds: number | undefined;
}

const declared = new Map<string, KeyDeclaration>();

/** Every declared key, for the docs page. */
export const keyTable = (): KeyDeclaration[] => [...declared.values()].sort((a, b) => a.pattern.localeCompare(b.pattern));

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function ttlSeconds(ttl: KeyTtl): number | undefined {
  const match = /^(\d+)([smhd])$/.exec(ttl);
  return match ? Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 1) : undefined;
}

/** A pattern as alternating constant texts and placeholder names, so that building a key is only joining. */
function compile(pattern: string): { texts: string[]; names: string[] } {
  const pieces = pattern
    .replace(/\{\{(\w+)\}\}/g, '\u0001{$1}\u0002')
    .split(/\{(\w+)\}/)
    .map((piece) => piece.replace('\u0001', '{').replace('\u0002', '}'));
  return { texts: pieces.filter((_, at) => at % 2 === 0), names: pieces.filter((_, at) => at % 2 === 1) };
}

/**
 * Declares a Redis key once: its builder, its lifetime and its line in the docs.
 *
 * @throws Error when the pattern is declared twice under different names
 */
export function defineKey<const P extends string>(declaration: KeyDeclaration<P>): Key<P> {
  const known = declared.get(declaration.pattern);
  if (known && known.name !== declaration.name) throw new Error(`key ${declaration.pattern} is declared by ${known.name} already`);
  declared.set(declaration.pattern, declaration);
  const { texts, names } = compile(declaration.pattern);
  const build = (params: KeyParams<P>): string => {
    let key = texts[0] ?? '';
    for (let at = 0; at < names.length; at += 1) {
      key += String((params as Record<string, string | number>)[names[at] ?? '']) + (texts[at + 1] ?? '');
    }
    return key;
  };
  return Object.assign(build, { declaration, ttlSeconds: ttlSeconds(declaration.ttl) });
}
