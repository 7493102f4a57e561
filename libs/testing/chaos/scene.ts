import { newUser, type Actor } from '../index.js';
import type { Scene } from './ledger.js';

/** A star with a few videos and people who react to them. */
export async function newScene({ fans, videos }: { fans: number; videos: number }): Promise<Scene> {
  const star = await newUser('star');
  for (let at = 0; at < videos; at += 1) await star.uploads(`clip ${at}`, { seconds: 1, width: 128, height: 128 });
  const published = [];
  for (let at = 0; at < videos; at += 1) published.push(await star.awaits(`clip ${at}`, 'published'));
  const people: Actor[] = [];
  for (let at = 0; at < fans; at += 1) people.push(await newUser('fan'));
  return { star, fans: people, videos: published };
}

export const oneOf = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;
