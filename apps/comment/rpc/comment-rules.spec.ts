import { describe, expect, it } from 'vitest';
import { deletionOf, firstState, isVisibleTo } from './comment-rules.js';

const AUTHOR = 1;
const OWNER = 2;
const STRANGER = 3;
const comment = (state: 'visible' | 'review' | 'removed') => ({ state, userId: AUTHOR });

describe('comment rules', () => {
  it('refuse, hold back, or publish by the level of the words', () => {
    expect(firstState('block')).toBeUndefined();
    expect(firstState('review')).toBe('review');
    expect(firstState('mask')).toBe('visible');
    expect(firstState('none')).toBe('visible');
  });

  it('show what is under review to its author only, and what is removed to nobody', () => {
    expect(isVisibleTo(comment('visible'), 0)).toBe(true);
    expect(isVisibleTo(comment('review'), AUTHOR)).toBe(true);
    expect(isVisibleTo(comment('review'), OWNER)).toBe(false);
    expect(isVisibleTo(comment('removed'), AUTHOR)).toBe(false);
  });

  it('let the author and the owner of the video delete, once or again', () => {
    for (const viewer of [AUTHOR, OWNER]) {
      expect(deletionOf(comment('visible'), viewer, OWNER)).toBe('delete');
      expect(deletionOf(comment('review'), viewer, OWNER)).toBe('delete');
      expect(deletionOf(comment('removed'), viewer, OWNER)).toBe('done');
    }
    expect(deletionOf(comment('visible'), AUTHOR, undefined)).toBe('delete');
  });

  it('forbid it to others, and do not tell them of what they cannot see', () => {
    expect(deletionOf(comment('visible'), STRANGER, OWNER)).toBe('forbidden');
    expect(deletionOf(comment('review'), STRANGER, OWNER)).toBe('unknown');
    expect(deletionOf(comment('removed'), STRANGER, OWNER)).toBe('unknown');
    expect(deletionOf(comment('visible'), STRANGER, undefined)).toBe('forbidden');
  });
});
