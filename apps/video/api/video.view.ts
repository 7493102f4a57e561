import { VideoState, type Card } from '@doul/contracts';
import type { Language } from '@doul/http';

/** State of a video as its author sees it. */
export const AUTHOR_STATES = ['uploaded', 'processing', 'published', 'rejected', 'failed'] as const;

const NAMES: Partial<Record<VideoState, (typeof AUTHOR_STATES)[number]>> = {
  [VideoState.UPLOADED]: 'uploaded',
  [VideoState.PROCESSING]: 'processing',
  [VideoState.PUBLISHED]: 'published',
  [VideoState.REJECTED]: 'rejected',
  [VideoState.FAILED]: 'failed',
};

/** Texts of the reasons that the worker gives (keys in apps/video/worker). */
const REASONS: Record<string, Record<Language, string>> = {
  'not-a-video': { en: 'The file is not a video we can play', zh: '文件不是可播放的视频' },
  'no-video': { en: 'The file has no picture', zh: '文件没有画面' },
  'no-picture': { en: 'The file has no picture', zh: '文件没有画面' },
  'too-large': { en: 'The file is too large', zh: '文件过大' },
  'too-long': { en: 'The video is too long', zh: '视频过长' },
  'too-short': { en: 'The video is too short', zh: '视频过短' },
  'too-big': { en: 'The picture is too large', zh: '画面尺寸过大' },
  'too-small': { en: 'The picture is too small', zh: '画面尺寸过小' },
  damaged: { en: 'The file is damaged', zh: '文件已损坏' },
  missing: { en: 'The uploaded file is gone', zh: '上传的文件已不存在' },
  'processing-failed': { en: 'We could not process the video; please upload it again', zh: '视频处理失败，请重新上传' },
};
const UNKNOWN: Record<Language, string> = { en: 'The video cannot be shown', zh: '视频无法展示' };

export const reasonText = (key: string, language: Language): string => (key === '' ? '' : (REASONS[key] ?? UNKNOWN)[language]);

/** `state` and `reason` as further fields of a video's text. */
export function stateFields(card: Card | undefined, language: Language): string {
  const state = card && NAMES[card.state];
  if (!card || !state) return '';
  return `,"state":"${state}","reason":${JSON.stringify(reasonText(card.reason, language))}`;
}
