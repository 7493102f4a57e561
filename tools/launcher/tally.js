/**
 * @typedef {{ passed: number, failed: number }} Tally
 * @typedef {{ numPassedTests?: number, numFailedTests?: number, testResults?: { status?: string, assertionResults?: unknown[] }[] }} VitestReport
 */

/**
 * What one run of vitest counts for. A file that could not even be loaded has no tests and is one failure; so is a run
 * that ended badly and reports none.
 * @param {VitestReport | undefined} report
 * @param {number} exitCode
 * @returns {Tally}
 */
export function tallyOf(report, exitCode) {
  const broken = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) => status === 'failed' && (assertionResults ?? []).length === 0,
  );
  const failed = (report?.numFailedTests ?? 0) + broken.length;
  return { passed: report?.numPassedTests ?? 0, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** @param {Tally[]} tallies @returns {Tally} */
export const sum = (tallies) => ({
  passed: tallies.reduce((all, one) => all + one.passed, 0),
  failed: tallies.reduce((all, one) => all + one.failed, 0),
});
