import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Page } from 'puppeteer-core';

/** Names of Chromium and its relatives in distributions. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function firstOnPath(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of PROGRAMS) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`no browser is installed: one of ${PROGRAMS.join(', ')}`);
}

/** Opens a page of a browser for `use` and closes the browser afterwards, whatever happens. */
export async function withPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--autoplay-policy=no-user-gesture-required', '--mute-audio'];
  const browser = await puppeteer.launch({ executablePath: firstOnPath(), args, timeout: 60_000 });
  try {
    return await use(await browser.newPage());
  } finally {
    await browser.close();
  }
}
