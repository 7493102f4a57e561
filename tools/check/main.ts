import { spawn } from 'node:child_process';
import { steps, type Step } from './steps.js';

/** Type-aware lint and tsc take a core each; more at once only gets slower. */
const LANES = 2;

interface Result {
  step: Step;
  ok: boolean;
  output: string;
  seconds: string;
}

function run(step: Step): Promise<Result> {
  const before = Date.now();
  const child = spawn(step.command, step.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' },
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve) => {
    const end = (ok: boolean): void => resolve({ step, ok, output, seconds: ((Date.now() - before) / 1000).toFixed(1) });
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

function report({ step, ok, output, seconds }: Result): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(10)} ${`${seconds} s`.padStart(7)}  ${step.what}`);
  if (!ok || output.includes('warning')) console.log(output.trimEnd().replace(/^/gm, '      '));
}

/** `npm run check [-- NAME...]`: runs the named steps, or all; prints what failed; exit code 1 when any did. */
async function main(names: string[]): Promise<void> {
  const all = steps();
  const unknown = names.filter((name) => !all.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`no such check: ${unknown.join(', ')}; there are ${all.map((step) => step.name).join(', ')}`);
  const queue = names.length === 0 ? all : all.filter((step) => names.includes(step.name));
  const failed: string[] = [];
  const lane = async (): Promise<void> => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      const result = await run(step);
      report(result);
      if (!result.ok) failed.push(step.name);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failed.length === 0) return;
  console.log(`\nfailed: ${failed.join(', ')}`);
  process.exitCode = 1;
}

await main(process.argv.slice(2));
