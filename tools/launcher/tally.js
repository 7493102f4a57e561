/**
 * `failures` says what failed and why, a text each: the end of a long log is often all that is kept of it.
 * @typedef {{ passed: number, failures: string[] }} Tally
 */

/**
 * A run that ended badly and names no failure, or left no report, has failed all the same.
 * @param {Tally | undefined} report
 * @param {number} exitCode
 * @returns {Tally}
 */
export function tallyOf(report, exitCode) {
  const { passed, failures } = report ?? { passed: 0, failures: [] };
  const silent = failures.length === 0 && (exitCode !== 0 || !report);
  return { passed, failures: silent ? [`ended with code ${exitCode} and ${report ? 'no failure' : 'no report'}`] : failures };
}

/** @param {Tally[]} tallies @returns {{ passed: number, failed: number }} */
export const sum = (tallies) => ({
  passed: tallies.reduce((all, { passed }) => all + passed, 0),
  failed: tallies.reduce((all, { failures }) => all + failures.length, 0),
});
