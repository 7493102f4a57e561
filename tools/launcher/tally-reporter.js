import { writeFileSync } from 'node:fs';

/** A failure needs no more of its message than this to be recognized, in characters. */
const MESSAGE_LENGTH = 300;

/** @param {string} where @param {readonly { message?: string }[]} errors */
const told = (where, errors) => `${where}: ${(errors[0]?.message ?? 'failed').trim().slice(0, MESSAGE_LENGTH)}`;

/**
 * What a run of vitest counts for. Beside tests that failed, failures are files that could not be loaded, hooks that
 * threw, and errors that nobody waited for: each of them ends the run badly although no test says so.
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly { message?: string }[]} unhandled
 * @returns {import('./tally.js').Tally}
 */
export function tallyOfRun(modules, unhandled) {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failures: [
      ...tests.filter((test) => test.result().state === 'failed').map((test) => told(test.fullName, test.result().errors ?? [])),
      ...groups
        .filter((group) => group.errors().length > 0)
        .map((group) => told(group.type === 'module' ? group.relativeModuleId : group.fullName, group.errors())),
      ...unhandled.map((error) => told('outside of every test', [error])),
    ],
  };
}

/** Writes what a run counts for to the file that `TALLY_FILE` names, as a `Tally`. */
// eslint-disable-next-line no-restricted-syntax -- what vitest takes from the module of a reporter
export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message?: string }[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    writeFileSync(process.env['TALLY_FILE'] ?? '', JSON.stringify(tallyOfRun(modules, unhandled)));
  }
}
