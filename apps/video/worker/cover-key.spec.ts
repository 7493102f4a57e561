import { expect, it } from 'vitest';
import { coverKeyOf } from './cover-key.js';

it('keeps the name and changes folder and extension', () => {
  expect(coverKeyOf('videos/V1StGXR8_Z5jdHi6B-myT.mp4')).toBe('covers/V1StGXR8_Z5jdHi6B-myT.jpg');
});
