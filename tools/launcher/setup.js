import { CACHE, folder } from './layout.js';
import { installElasticsearch } from './elastic-install.js';
import { build, installPackages, UP_TO_DATE } from './fresh.js';
import { locked } from './lock.js';
import { installServers } from './packages.js';
import { dim, say, step } from './ui.js';

/**
 * Brings packages, build and servers up to date. One command at a time does it.
 * @param {string[]} elsewhere servers that run elsewhere
 * @returns {Promise<{ elasticsearch: boolean, rebuilt: boolean }>}
 */
export const setUp = (elsewhere) =>
  locked(folder(CACHE), async () => {
    await step('npm packages', installPackages);
    const rebuilt = (await step('build', build)) !== UP_TO_DATE;
    await step('servers', () => installServers(elsewhere));
    if (elsewhere.includes('elasticsearch')) return { elasticsearch: false, rebuilt };
    try {
      await step('elasticsearch', installElasticsearch);
      return { elasticsearch: true, rebuilt };
    } catch (error) {
      say(
        dim(
          `  Elasticsearch cannot be had, so MySQL does the searching. ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`,
        ),
      );
      return { elasticsearch: false, rebuilt };
    }
  });
