import { describe, expect, it } from 'vitest';
import { Listing } from './listing.js';

const entry = (port: number): string => JSON.stringify({ address: '127.0.0.1', port });
const entries = (...ids: string[]): Map<string, string> => new Map(ids.map((id, at) => [`services/video.rpc/${id}`, entry(7_000 + at)]));
const listingOf = (...ids: string[]): Listing => {
  const listing = new Listing();
  listing.take(entries(...ids));
  return listing;
};
const turns = (listing: Listing, count: number, now?: number): string[] =>
  Array.from({ length: count }, () => listing.choose(undefined, now)?.id ?? 'nobody');

describe('choosing an instance', () => {
  it('goes round', () => {
    const listing = listingOf('a', 'b', 'c');
    expect(turns(listing, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(listing.instances[1]).toEqual({ id: 'b', target: '127.0.0.1:7001' });
  });

  it('knows nobody before the first list', () => {
    expect(new Listing().choose()).toBeUndefined();
  });

  it('leaves one that failed alone for 2 s, while there are others', () => {
    const listing = listingOf('a', 'b');
    const now = Date.now();
    listing.failed('a', now);
    expect(new Set(turns(listing, 4, now + 1_900))).toEqual(new Set(['b']));
    expect(new Set(turns(listing, 4, now + 2_100))).toEqual(new Set(['a', 'b']));
    listing.failed('a', now);
    listing.failed('b', now);
    expect(new Set(turns(listing, 4, now))).toEqual(new Set(['a', 'b']));
  });

  it('avoids the one that was just tried, unless it is the only one', () => {
    const now = Date.now();
    const listing = listingOf('a', 'b');
    listing.failed('b', now);
    expect(listing.choose('a', now)?.id).toBe('b');
    expect(listingOf('a').choose('a')?.id).toBe('a');
  });
});

describe('taking a list', () => {
  it('does not believe an empty one after a filled one', () => {
    const listing = listingOf('a');
    expect(listing.take(new Map())).toBe(false);
    expect(listing.choose()?.id).toBe('a');
    expect(listing.take(entries('b'))).toBe(true);
    expect(turns(listing, 2)).toEqual(['b', 'b']);
  });

  it('passes over what cannot be read', () => {
    const listing = new Listing();
    const broken = ['', '{', 'null', '{"address":"127.0.0.1"}', '{"address":1,"port":2}'];
    const list = new Map(broken.map((value, at) => [`services/video.rpc/broken${at}`, value]));
    expect(listing.take(list.set('services/video.rpc/whole', entry(7_000)))).toBe(true);
    expect(listing.instances.map((each) => each.id)).toEqual(['whole']);
  });

  it('writes an IPv6 address as a target', () => {
    const listing = new Listing();
    listing.take(new Map([['services/video.rpc/a', '{"address":"::1","port":7000}']]));
    expect(listing.choose()?.target).toBe('[::1]:7000');
  });

  it('forgets the failures of those that are gone', () => {
    const listing = listingOf('a', 'b');
    listing.failed('a', 1_000);
    listing.take(entries('b'));
    listing.take(entries('a', 'b'));
    expect(new Set(turns(listing, 4, 1_000))).toEqual(new Set(['a', 'b']));
  });
});
