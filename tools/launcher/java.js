import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { firstOnPath } from './binaries.js';

/** What Elasticsearch 8.19 runs on. */
const SUPPORTED = { from: 17, to: 24 };

/** @param {string} home */
function versionOf(home) {
  try {
    return Number(/JAVA_VERSION="(\d+)/.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1]);
  } catch {
    return Number(/java-(\d+)/.exec(home)?.[1]);
  }
}

function candidates() {
  const java = firstOnPath('java');
  const jvms = existsSync('/usr/lib/jvm') ? readdirSync('/usr/lib/jvm').map((name) => join('/usr/lib/jvm', name)) : [];
  return [process.env['JAVA_HOME'], java && dirname(dirname(realpathSync(java))), ...jvms].flatMap((home) => (home ? [home] : []));
}

/** @returns {{ home: string, version: number } | undefined} a Java that Elasticsearch runs on */
export function findJava() {
  for (const home of candidates()) {
    const version = versionOf(home);
    if (existsSync(join(home, 'bin', 'java')) && version >= SUPPORTED.from && version <= SUPPORTED.to) return { home, version };
  }
  return undefined;
}
