import { describe, expect, it } from 'vitest';
import { KEEP_MS, parseRoutes, routesFrom, routesText, StickyRoutes } from './routes.js';

const entry = (port: number, prefixes: string[] = ['/douyin/feed']): string => JSON.stringify({ address: '127.0.0.1', port, prefixes });
const two = new Map([
  ['services/video.api/b', entry(2)],
  ['services/video.api/a', entry(1)],
  ['services/video.rpc/c', JSON.stringify({ address: '127.0.0.1', port: 3 })],
]);

describe('routes', () => {
  it('sends a prefix to the API instances of its service, and to nothing else', () => {
    expect(routesText(routesFrom(two))).toBe('route /douyin/feed video\npeer video 127.0.0.1 1\npeer video 127.0.0.1 2\n');
  });

  it('leaves out what cannot be an instance', () => {
    const bad = new Map([
      ['services/video.api/a', '{'],
      ['services/video.api/b', JSON.stringify({ address: 'x y\npeer', port: 1 })],
      ['services/video.api/c', JSON.stringify({ address: '127.0.0.1', port: '1' })],
      ['services/video.api/d', entry(4, ['/ok', '/not ok', 'nor/this'])],
    ]);
    expect(routesText(routesFrom(bad))).toBe('route /ok video\npeer video 127.0.0.1 4\n');
  });

  it('reads back what it wrote', () => {
    const routes = routesFrom(two);
    expect(parseRoutes(routesText(routes))).toEqual(routes);
  });

  it('keeps a service whose last instance vanished for a minute, and drops a single instance at once', () => {
    let now = 0;
    const sticky = new StickyRoutes(undefined, () => now);
    const empty = routesFrom(new Map());
    sticky.next(routesFrom(two));
    expect(sticky.next(routesFrom(new Map([['services/video.api/a', entry(1)]]))).peers.get('video')).toEqual(['127.0.0.1 1']);
    now = 1_000;
    expect(sticky.next(empty).peers.get('video')).toEqual(['127.0.0.1 1']);
    now += KEEP_MS - 1;
    expect(sticky.next(empty).prefixes.get('/douyin/feed')).toBe('video');
    now += 1;
    expect(sticky.next(empty).peers.size).toBe(0);
    now += 1;
    expect(sticky.next(empty).peers.size).toBe(0);
  });
});
