/**
 * @typedef {{ passed: number, failed: number }} Tally
 * @typedef {{ numPassedTests?: number, numFailedTests?: number, testResults?: FileReport[] }} VitestReport
 * @typedef {{ name?: string, status?: string, message?: string, assertionResults?: { status?: string, fullName?: string, failureMessages?: string[] }[] }} FileReport
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

/** A failure needs no more of its message than this to be recognized, in characters. */
const MESSAGE_LENGTH = 300;

/** @param {string | undefined} text */
const shortened = (text) => (text ?? '').trim().slice(0, MESSAGE_LENGTH);

/**
 * What failed and why, a text each: the end of a long log is often all that is kept of it.
 * @param {VitestReport | undefined} report
 * @returns {string[]}
 */
export function failuresOf(report) {
  return (report?.testResults ?? []).flatMap(({ name = '', status, message, assertionResults = [] }) => {
    if (assertionResults.length === 0) return status === 'failed' ? [`${name}: ${shortened(message)}`] : [];
    const failed = assertionResults.filter((one) => one.status === 'failed');
    return failed.map(({ fullName = name, failureMessages = [] }) => `${fullName}: ${shortened(failureMessages[0])}`);
  });
}

/** @param {Tally[]} tallies @returns {Tally} */
export const sum = (tallies) => ({
  passed: tallies.reduce((all, one) => all + one.passed, 0),
  failed: tallies.reduce((all, one) => all + one.failed, 0),
});
