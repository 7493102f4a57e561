import { describe, expect, it } from 'vitest';
import { mustSucceed, UndecodableError } from './undecodable.js';

const blamed = (kind: 'decodes' | 'writes', code: number, stderr: string): string => {
  try {
    mustSucceed('the picture', { code, stderr }, kind);
    return 'nobody';
  } catch (error) {
    return error instanceof UndecodableError ? error.reason : 'us';
  }
};

describe('a run of ffmpeg that ends badly', () => {
  it('is the fault of the file where it only decodes, whatever the decoder says', () => {
    expect(blamed('decodes', 69, '[error] Error while decoding stream #0:0: Invalid data found')).toBe('damaged');
    expect(blamed('decodes', 1, '[error] Function not implemented')).toBe('damaged');
    expect(blamed('writes', 1, '[error] Function not implemented')).toBe('us');
    expect(blamed('decodes', 0, '[info] all is well')).toBe('nobody');
  });

  it('is ours where the system is short of something, whatever else is said', () => {
    for (const lack of ['Cannot allocate memory', 'No space left on device', 'Input/output error'])
      expect(blamed('decodes', 1, `[error] Error while decoding stream #0:0: ${lack}`)).toBe('us');
  });

  it('is the fault of a file that ends too early or takes too much of the processor, whatever was to be made', () => {
    for (const kind of ['decodes', 'writes'] as const) {
      expect(blamed(kind, 0, '[mov @ 0x1] [error] stream 0, offset 0x30: partial file')).toBe('damaged');
      expect(blamed(kind, 1, '[fatal] received signal 24')).toBe('too-heavy');
    }
  });
});
