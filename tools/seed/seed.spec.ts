import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deedsOf } from './deeds.js';
import { filmsOf } from './films.js';
import { PEOPLE, passwordOf } from './people.js';
import { avatar, background } from './picture.js';

const films = filmsOf(PEOPLE.length);
const deeds = deedsOf(PEOPLE.length, films.length);

describe('the demo set', () => {
  it('has at least 20 people and 60 videos, none twice', () => {
    expect(new Set(PEOPLE.map((person) => person.username)).size).toBe(PEOPLE.length);
    expect(PEOPLE.length).toBeGreaterThanOrEqual(20);
    expect(films.length).toBeGreaterThanOrEqual(60);
    expect(new Set(films.map((film) => film.title)).size).toBe(films.length);
    expect(new Set(films.map((film) => JSON.stringify(film.look))).size).toBe(films.length);
  });

  it('keeps the limits of the API', () => {
    const length = (text: string): number => [...text].length;
    for (const person of PEOPLE) {
      expect(length(person.username)).toBeLessThanOrEqual(32);
      expect(length(person.name)).toBeLessThanOrEqual(32);
      expect(length(person.signature)).toBeLessThanOrEqual(200);
      expect(length(passwordOf(person))).toBeGreaterThanOrEqual(6);
    }
    for (const film of films) expect(length(film.title)).toBeLessThanOrEqual(200);
    for (const { key } of [...deeds.comments, ...deeds.talks.flat()]) expect(key).toMatch(/^[\w.:-]{8,64}$/);
  });

  it('has both languages, both orientations and many lengths', () => {
    const chinese = films.filter((film) => /\p{Script=Han}/u.test(film.title)).length;
    expect(chinese).toBeGreaterThan(20);
    expect(films.length - chinese).toBeGreaterThan(20);
    const portrait = films.filter(({ look }) => (look.height ?? 0) > (look.width ?? 0)).length;
    expect(portrait).toBeGreaterThan(30);
    expect(films.length - portrait).toBeGreaterThan(10);
    expect(new Set(films.map((film) => film.look.seconds))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8]));
  });

  it('is the same every time, and nobody follows or addresses themselves', () => {
    expect(deedsOf(PEOPLE.length, films.length)).toEqual(deeds);
    expect(deeds.follows.every(({ from, to }) => from !== to)).toBe(true);
    expect(deeds.talks.flat().every(({ from, to }) => from !== to)).toBe(true);
    expect(deeds.likes.length).toBeGreaterThan(200);
    expect(deeds.comments.length).toBeGreaterThan(60);
    const keys = deeds.comments.map((comment) => comment.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('pictures', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'doul-pictures-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are PNG files that a decoder reads', async () => {
    for (const [name, bytes, size] of [
      ['avatar.png', avatar(20), '240,240'],
      ['background.png', background(20), '720,400'],
    ] as const) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      const args = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path];
      expect((await promisify(execFile)('ffprobe', args)).stdout.trim()).toBe(size);
    }
    expect(avatar(20).equals(avatar(200))).toBe(false);
  });
});
