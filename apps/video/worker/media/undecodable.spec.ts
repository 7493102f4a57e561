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

const OPENED = "[info] Input #0, mov, from 'a':\n";

describe('a run of ffmpeg that ends badly', () => {
  it('is the fault of the file where it only decodes, whatever the decoder says', () => {
    expect(blamed('decodes', 69, `${OPENED}[error] Error while decoding stream #0:0: Invalid data found`)).toBe('damaged');
    expect(blamed('decodes', 1, `${OPENED}[mpeg4 @ 0x1] [error] header damaged`)).toBe('damaged');
    expect(blamed('writes', 1, `${OPENED}[mpeg4 @ 0x1] [error] header damaged`)).toBe('us');
    expect(blamed('decodes', 0, `${OPENED}[info] all is well`)).toBe('nobody');
  });

  it.each([
    '[error] Error while decoding stream #0:0: Cannot allocate memory',
    '[h264 @ 0x1] [error] Error submitting the packet: Resource temporarily unavailable',
    '[fatal] av_interleaved_write_frame(): No space left on device',
    '[info] Exiting normally, received signal 15.',
  ])('is ours where the system is short of something or ends it: %s', (complaint) => {
    expect(blamed('decodes', 1, `${OPENED}${complaint}`)).toBe('us');
  });

  it('is the fault of a file that is complained of so often that nothing else is left of the log', () => {
    expect(blamed('decodes', 69, '[h264 @ 0x55d0] [error] non-existing PPS 0 referenced\n'.repeat(300))).toBe('damaged');
  });

  it('is ours where it has not come so far as to open the file', () => {
    expect(blamed('decodes', 1, 'unshare: unshare failed: Operation not permitted')).toBe('us');
    expect(blamed('decodes', 1, "[fatal] Unrecognized option 'max_pixels'.")).toBe('us');
  });

  it('is not ours because the file’s own words say so', () => {
    const titled = `${OPENED}[info]     title           : Permission denied\n[error] header damaged`;
    expect(blamed('decodes', 1, titled)).toBe('damaged');
  });

  it('is the fault of a file that ends too early or takes too much of the processor, whatever was to be made', () => {
    for (const kind of ['decodes', 'writes'] as const) {
      expect(blamed(kind, 0, '[mov @ 0x1] [error] stream 0, offset 0x30: partial file')).toBe('damaged');
      expect(blamed(kind, 1, '[info] Exiting normally, received signal 24.')).toBe('too-heavy');
    }
  });
});
