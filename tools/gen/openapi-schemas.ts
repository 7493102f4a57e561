import { z, type ZodType } from 'zod';

export type JsonSchema = Record<string, unknown>;

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Bounds of every safe integer say nothing to a reader. */
function withoutNoise(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      key !== '$schema' &&
      !(key === 'additionalProperties' && value === false) &&
      !(key === 'maximum' && value === Number.MAX_SAFE_INTEGER) &&
      !(key === 'minimum' && value === Number.MIN_SAFE_INTEGER),
  );
  return Object.fromEntries(kept);
}

/** JSON Schemas of one document; titled objects become its components. */
export class Schemas {
  private readonly named = new Map<string, JsonSchema>();

  /** What an endpoint takes or answers. */
  of(shape: Record<string, ZodType>, io: 'input' | 'output'): { properties: Record<string, JsonSchema>; required: string[] } {
    const schema = z.toJSONSchema(z.object(shape), { io, unrepresentable: 'any' }) as JsonSchema;
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    return {
      properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, this.extract(property) as JsonSchema])),
      required: (schema['required'] ?? []) as string[],
    };
  }

  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.named].sort(([a], [b]) => a.localeCompare(b)));
  }

  private extract(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.extract(item));
    if (!isObject(value)) return value;
    const inner = Object.fromEntries(Object.entries(withoutNoise(value)).map(([key, part]) => [key, this.extract(part)]));
    const { title, type } = inner;
    if (typeof title !== 'string' || type !== 'object') return inner;
    this.named.set(title, inner);
    return { $ref: `#/components/schemas/${title}` };
  }
}
