import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Dialect, at, readMapping } from './mapping.js';

const MAPPINGS = join(import.meta.dirname, 'mappings');
const dialect = (name: string): Dialect => new Dialect(readMapping(join(MAPPINGS, `${name}.json`)));

describe('mappings', () => {
  it.each(readdirSync(MAPPINGS))('%s is valid', (file) => expect(readMapping(join(MAPPINGS, file)).name).not.toBe(''));

  it('put the token where the server looks for it, and leave it out for the anonymous', () => {
    expect(dialect('doul').request('feed', { token: 't' }).headers).toEqual({ authorization: 'Bearer t' });
    expect(dialect('classic').request('feed', { token: 't', latest_time: 5 }).path).toBe('/douyin/feed/?latest_time=5&token=t');
    expect(dialect('doul').request('feed', {})).toEqual({ method: 'GET', path: '/douyin/feed/', headers: {} });
  });

  it('encode forms', () => {
    const { body, headers } = dialect('doul').request('comment', { token: 't', video_id: 7, text: '好 &' });
    expect(body).toBe('video_id=7&action_type=1&comment_text=%E5%A5%BD+%26');
    expect(headers?.['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('send files as one part of a multipart body', () => {
    const { body, headers } = dialect('doul').request('publish', { token: 't', title: 'T' }, Buffer.from('bytes'));
    expect(headers?.['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(String(body)).toContain('name="title"\r\n\r\nT\r\n');
    expect(String(body)).toContain('filename="clip.mp4"\r\ncontent-type: video/mp4\r\n\r\nbytes\r\n--');
  });

  it('find values in answers', () => {
    expect(at({ data: { list: [{ id: 3 }] } }, 'data.list.0.id')).toBe(3);
    expect(at({}, 'data.id')).toBeUndefined();
  });
});
