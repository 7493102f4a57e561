import { configSlices } from '@doul/runtime';
import type { Generator } from './generator.js';
import { code, page, table } from './markdown.js';
import { load, sources } from './repository.js';

type Slice = ReturnType<typeof configSlices>[number];
type Var = Slice['vars'][string];

const fallback = (declared: Var): string => declared.default ?? declared.devDefault ?? '';

function meaning(declared: Var): string {
  if (declared.default !== undefined) return declared.default === '' ? 'empty' : code(declared.default);
  return declared.devDefault === undefined ? 'must be set' : `must be set in production; elsewhere ${code(declared.devDefault)}`;
}

/** A variable with a default is shown commented out; one that production must set is an empty line to fill. */
function exampleLines([name, declared]: [string, Var]): string[] {
  const needed = declared.default === undefined;
  const secret = declared.secret ? ' (secret)' : '';
  return [`# ${declared.doc}${secret}`, needed ? `${name}=` : `# ${name}=${fallback(declared)}`];
}

const example = (slices: readonly Slice[]): string =>
  `${[
    '# What production must set is an empty line; the rest shows its default. Made by `npm run gen` from the code.',
    ...slices.flatMap(({ slice, vars }) => ['', `## ${slice}`, ...Object.entries(vars).flatMap(exampleLines)]),
  ].join('\n')}\n`;

/** docs/reference/config.md and .env.example: every environment variable. */
export const config: Generator = {
  name: 'config',
  async generate() {
    await load(sources('.config.ts'));
    const slices = configSlices();
    const parts = slices.map(
      ({ slice, vars }) =>
        `## ${slice}\n\n${table(
          ['variable', 'default', 'what'],
          Object.entries(vars).map(([name, declared]) => [
            code(name),
            meaning(declared),
            `${declared.doc}${declared.secret ? ' (secret)' : ''}`,
          ]),
        )}`,
    );
    const about =
      'Every environment variable, by the slice of the code that reads it. A process refuses to start when one is missing or malformed, and lists all problems at once.';
    return [
      { path: 'docs/reference/config.md', text: page('Configuration', about, ...parts) },
      { path: '.env.example', text: example(slices) },
    ];
  },
};
