import { VideoState, type Card } from '@doul/contracts';
import type { Language } from '@doul/http';
import { VIDEO_REASONS } from '../video.reasons.js';

/** State of a video as its author sees it. */
export const AUTHOR_STATES = ['uploaded', 'processing', 'published', 'rejected', 'failed'] as const;

const NAMES: Partial<Record<VideoState, (typeof AUTHOR_STATES)[number]>> = {
  [VideoState.UPLOADED]: 'uploaded',
  [VideoState.PROCESSING]: 'processing',
  [VideoState.PUBLISHED]: 'published',
  [VideoState.REJECTED]: 'rejected',
  [VideoState.FAILED]: 'failed',
};

const UNKNOWN: Record<Language, string> = { en: 'The video cannot be shown', zh: '视频无法展示' };

/** What an author is told; a key that a newer worker stored has a general text. */
export function reasonText(key: string, language: Language): string {
  if (key === '') return '';
  const texts: Partial<Record<string, Record<Language, string>>> = VIDEO_REASONS;
  return (texts[key] ?? UNKNOWN)[language];
}

/** `state` and `reason` as further fields of a video's text. */
export function stateFields(card: Card | undefined, language: Language): string {
  const state = card && NAMES[card.state];
  if (!card || !state) return '';
  return `,"state":"${state}","reason":${JSON.stringify(reasonText(card.reason, language))}`;
}
