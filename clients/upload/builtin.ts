/** Node's built-in modules, asked for in a way that bundlers for browsers do not follow; undefined elsewhere. */
export function builtin<T>(name: string): T | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return host?.getBuiltinModule?.(name) as T | undefined;
}
