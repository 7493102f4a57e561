import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REQUIREMENTS = 'tools/check/requirements.txt';

/** Runs a command and shows its output; the exit code, or 127 when there is no such program. */
function run(command: string, args: readonly string[], input?: string): number {
  const { status, error } = spawnSync(command, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'inherit', 'inherit'], input });
  if (error) console.log(error.message);
  return status ?? 127;
}

/** The linters that only PyPI has, in a folder of the checkout that is named after their versions. */
function installLinters(): string {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = resolve('.doul/tools', `deploy-${version}`);
  const done = join(folder, 'bin/hadolint');
  if (existsSync(done)) return join(folder, 'bin');
  mkdirSync(resolve('.doul/tools'), { recursive: true });
  const made = run('python3', ['-m', 'venv', '--clear', folder]) === 0;
  if (made && run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]) === 0) {
    return join(folder, 'bin');
  }
  rmSync(folder, { recursive: true, force: true });
  throw new Error('The linters of deploy/ need Python 3.9 with venv: apt-get install python3-venv');
}

const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const manifests = (): string[] => [
  ...filesOf('deploy/k8s/base', '.yaml').filter((path) => !path.endsWith('kustomization.yaml')),
  'deploy/k8s/secret.example.yaml',
];

/** The overlay as kustomize renders it, where kubectl is at hand. */
function renderedOverlay(): string | undefined {
  const { status, stdout } = spawnSync('kubectl', ['kustomize', 'deploy/k8s/overlays/example'], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

function checks(bin: string): [string, () => number][] {
  const tool = (name: string): string => join(bin, name);
  const schema = (name: string, files: string[]): number =>
    run(tool('check-jsonschema'), ['--quiet', '--builtin-schema', `vendor.${name}`, ...files]);
  const kubernetes = (files: string[], input?: string): number =>
    run(tool('kubernetes-validate'), ['--strict', '--quiet', ...files], input);
  const scripts = ['doul', '.ci/run', '.ci/nightly', ...filesOf('deploy/docker', '.sh'), ...filesOf('deploy/k8s', '.sh')].filter((path) =>
    existsSync(path),
  );
  const overlay = renderedOverlay();
  return [
    ['hadolint', () => run(tool('hadolint'), ['deploy/docker/Dockerfile'])],
    ['shellcheck', () => run(tool('shellcheck'), scripts)],
    ['yamllint', () => run(tool('yamllint'), ['--strict', '.'])],
    ['compose', () => schema('compose-spec', ['deploy/docker-compose.yml'])],
    ['workflows', () => schema('github-workflows', filesOf('.github/workflows', '.yml'))],
    ['zizmor', () => run(tool('zizmor'), ['--offline', '--quiet', '.github'])],
    ['kubernetes', () => kubernetes(manifests())],
    ...(overlay === undefined ? [] : ([['kustomize', () => kubernetes(['-'], overlay)]] satisfies [string, () => number][])),
  ];
}

/** `npm run check:deploy`: the images, the manifests and the workflows, by linters that are installed on demand. */
function main(): void {
  const failed = checks(installLinters()).flatMap(([name, check]) => {
    const ok = check() === 0;
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}`);
    return ok ? [] : [name];
  });
  if (failed.length > 0) process.exitCode = 1;
}

main();
