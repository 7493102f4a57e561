import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './layout.js';
import { loadProfile } from './profile.js';
import { runShown } from './run.js';
import { Problem, say } from './ui.js';

/**
 * @param {string} name the profile
 * @param {string | undefined} unit
 * @param {{ follow: boolean, lines: string }} options
 */
export async function logs(name, unit, { follow, lines }) {
  const dir = folder((await loadProfile(name)).dir, 'logs');
  const known = readdirSync(dir)
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length));
  if (!unit) return say(known.length > 0 ? `logs of: ${known.join(', ')}` : 'there are no logs yet');
  const path = join(dir, `${unit}.log`);
  if (!known.includes(unit) || !existsSync(path)) throw new Problem(`there is no log of ${unit}; there are: ${known.join(', ')}`);
  // Ctrl-C ends the following, which is no failure.
  process.on('SIGINT', () => undefined);
  await runShown('tail', ['-n', lines, ...(follow ? ['-F'] : []), path]);
}
