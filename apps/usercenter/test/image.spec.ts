import { describe, expect, it } from 'vitest';
import { inspectImage } from '../api/image.js';
import { encodePng } from '@doul/storage';

const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABMAAEBAAAAAAAAAAAAAAAAAAAABgEBAQAAAAAAAAAAAAAAAAAABgcQAQAAAAAAAAAAAAAAAAAAAAARAQAAAAAAAAAAAAAAAAAAAAD/wAARCAAEAAYDASIAAhEAAxEA/9oADAMBAAIRAxEAPwCLAFF/f//Z',
  'base64',
);
const webp = Buffer.from('UklGRjwAAABXRUJQVlA4IDAAAADQAQCdASoGAAQAAgA0JaACdLoB+AADsAD+8Oj3/yC5YXXI1/8gP+QH/ID/+PIAAAA=', 'base64');
const lossless = Buffer.from('UklGRhwAAABXRUJQVlA4TA8AAAAvBcAAAAcQ9Y/+ByKi/wEA', 'base64');
const png = encodePng(6, 4, () => [255, 0, 0]);
const size = { width: 6, height: 4 };

describe('pictures', () => {
  it.each([
    ['jpg', jpeg],
    ['png', png],
    ['webp', webp],
    ['webp', lossless],
  ])('%s is known by its content', (extension, bytes) => expect(inspectImage(bytes)).toMatchObject({ extension, ...size }));

  it.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1')],
    ['a cut JPEG', jpeg.subarray(0, -2)],
    ['a cut PNG', png.subarray(0, -8)],
    ['a cut WebP', webp.subarray(0, -9)],
    ['a PNG with a wrong sum', Buffer.concat([png.subarray(0, 20), Buffer.from([9]), png.subarray(21)])],
    ['a magic number alone', Buffer.from([0xff, 0xd8, 0xff])],
    ['a program behind a PNG signature', Buffer.concat([png.subarray(0, 8), Buffer.from('#!/bin/sh\nrm -rf /\n')])],
    ['too wide', encodePng(8_193, 1, () => [0, 0, 0])],
  ])('%s is none', (_name, bytes) => expect(inspectImage(bytes)).toBeUndefined());
});
