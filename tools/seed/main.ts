import { inParallel, publicUrl } from '@doul/testing';
import { awaitFilms, uploadFilms } from './cinema.js';
import { filmsOf } from './films.js';
import { Member } from './member.js';
import { PEOPLE, passwordOf, type Person } from './people.js';
import { step } from './progress.js';
import { dress, live } from './society.js';

const HELP = `Usage: ./doul seed

Loads the demo set through the public API of the running system (PUBLIC_URL): ${PEOPLE.length} people with avatars, ${filmsOf(PEOPLE.length).length} videos
made with ffmpeg, follows, likes, comments and messages. A second run does nothing; one that was cut off is completed.
`;

/** Whether the set is whole: the last thing a run does is to set the first person's signature. */
async function isWhole(first: Person): Promise<boolean> {
  const member = await Member.returning(first);
  if (!member || (await member.profile()).signature !== first.signature) return false;
  const videos = new Map((await member.videos()).map((video) => [video.title, video.state]));
  return filmsOf(PEOPLE.length).every((film) => film.author !== 0 || videos.get(film.title) === 'published');
}

async function seed(first: Person): Promise<void> {
  const members = await step('people', async () => {
    const result = await inParallel(PEOPLE, 4, (person) => Member.joining(person));
    return { count: result.length, result };
  });
  await dress(members);
  const films = filmsOf(members.length);
  await uploadFilms(members, films);
  await live(members, await awaitFilms(members, films));
  await members.find((member) => member.person === first)?.signs();
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(HELP);
  const [first] = PEOPLE;
  if (!first) return;
  const start = Date.now();
  if (await isWhole(first)) console.log('  the demo set is there already');
  else await seed(first);
  console.log(
    `  demo set ready at ${publicUrl()} in ${((Date.now() - start) / 1_000).toFixed(1)} s; log in as ${first.username} / ${passwordOf(first)}`,
  );
}

main().catch((error: unknown) => {
  console.error(`  the demo set failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
