import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedHtml, type Shown } from './feed-page.js';

/** Takes the README's picture: a page of the running system's feed, drawn by Chromium. */
async function main(): Promise<void> {
  const [url = process.env['PUBLIC_URL'] ?? '', out = 'docs/images/feed.png'] = process.argv.slice(2);
  const answer = await fetch(`${url}/douyin/feed/`);
  const { video_list: videos } = (await answer.json()) as { video_list: Shown[] };
  const dir = mkdtempSync(join(tmpdir(), 'doul-picture-'));
  try {
    const page = join(dir, 'feed.html');
    writeFileSync(page, feedHtml(videos.slice(0, 12)));
    mkdirSync('docs/images', { recursive: true });
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      '--hide-scrollbars',
    ];
    execFileSync(
      'chromium',
      [
        ...flags,
        `--user-data-dir=${join(dir, 'profile')}`,
        '--window-size=1280,780',
        '--virtual-time-budget=8000',
        `--screenshot=${out}`,
        `file://${page}`,
      ],
      { stdio: 'ignore', timeout: 60_000 },
    );
    console.log(`written ${out}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
