import type { Card } from '@doul/contracts';
import type { Language } from '@doul/http';
import { VIDEO_REASONS } from '../video.reasons.js';

const UNKNOWN: Record<Language, string> = { en: 'The video cannot be shown', zh: '视频无法展示' };

/** What an author is told; a key that a newer worker stored has a general text. */
export function reasonText(key: string, language: Language): string {
  if (key === '') return '';
  const texts: Partial<Record<string, Record<Language, string>>> = VIDEO_REASONS;
  return (texts[key] ?? UNKNOWN)[language];
}

/** `reason` as a further field of a video's text. */
export const reasonField = (card: Card | undefined, language: Language): string =>
  card ? `,"reason":${JSON.stringify(reasonText(card.reason, language))}` : '';
