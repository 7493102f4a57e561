import { existsSync } from 'node:fs';
import { ROOT } from '../layout.js';
import { tcpAnswers } from '../probes.js';
import { folder, join, serverBasics } from './spec.js';

const MAIN = join(ROOT, 'dist/libs/storage/oss-server/main.js');

/** The bundled object store, which speaks the OSS protocol; undefined until it is built.
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec | undefined}
 */
export function oss(profile) {
  if (!existsSync(MAIN)) return undefined;
  const basics = serverBasics(profile, 'oss');
  return {
    ...basics,
    command: process.execPath,
    args: [MAIN],
    env: {
      ...basics.env,
      OSS_SERVER_PORT: String(profile.ports.oss),
      OSS_SERVER_DIR: folder(basics.cwd, 'data'),
      OSS_ACCESS_KEY_ID: profile.secrets.ossKeyId,
      OSS_ACCESS_KEY_SECRET: profile.secrets.ossKeySecret,
      OSS_BUCKET: profile.run.overrides['OSS_BUCKET'] ?? 'doul',
    },
    port: profile.ports.oss,
    ready: () => tcpAnswers(profile.ports.oss),
  };
}
