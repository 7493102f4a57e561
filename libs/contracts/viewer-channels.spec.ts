import { expect, it } from 'vitest';
import { viewerChangesOf } from './viewer-channels.js';

it('tells who does what, and who no longer does', () => {
  expect(viewerChangesOf('7:12:1700000000000;8:13:0', true)).toEqual([
    { viewerId: 7, member: { id: 12, isIn: true } },
    { viewerId: 8, member: { id: 13, isIn: false } },
  ]);
});

it('tells only whose set has changed when there is no more, or when it may be an old one', () => {
  expect(viewerChangesOf('7', true)).toEqual([{ viewerId: 7 }]);
  expect(viewerChangesOf('7:12:5;8:13:0', false)).toEqual([{ viewerId: 7 }, { viewerId: 8 }]);
});
