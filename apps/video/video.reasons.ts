/** Why a video was not published: keys are stored with the video, texts are for its author. */
export const VIDEO_REASONS = {
  'not-a-video': { en: 'The file is not a video we can play', zh: '文件不是可播放的视频' },
  'no-video': { en: 'The file has no picture', zh: '文件没有画面' },
  damaged: { en: 'The file is damaged or incomplete', zh: '文件已损坏或不完整' },
  'too-long': { en: 'The video is too long', zh: '视频过长' },
  'too-short': { en: 'The video is too short', zh: '视频过短' },
  'too-large': { en: 'The file is too large', zh: '文件过大' },
  'too-big': { en: 'The picture is too large', zh: '画面尺寸过大' },
  'too-small': { en: 'The picture is too small', zh: '画面尺寸过小' },
  'unsupported-codec': { en: 'The video is encoded in a way we do not play', zh: '不支持该视频的编码格式' },
  unsafe: { en: 'The file is not safe to play', zh: '文件存在安全风险' },
  'too-heavy': { en: 'The video takes too long to process', zh: '视频处理耗时过长' },
  'wrong-hash': { en: 'The file that arrived is not the one that was announced', zh: '收到的文件与声明的不一致' },
  missing: { en: 'The uploaded file is gone', zh: '上传的文件已不存在' },
  'processing-failed': { en: 'We could not process the video; please upload it again', zh: '视频处理失败，请重新上传' },
} as const satisfies Record<string, Record<'en' | 'zh', string>>;

export type RejectionReason = keyof typeof VIDEO_REASONS;
