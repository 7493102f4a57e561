import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wireFormat, writeRequests } from './request-file.js';

describe('a request on the wire', () => {
  it('has its host, its headers and the length of its body in bytes', () => {
    const text = wireFormat('h:1', { method: 'POST', path: '/a?b=1', headers: { 'x-y': 'z' }, body: '好' }).toString();
    expect(text).toBe('POST /a?b=1 HTTP/1.1\r\nhost: h:1\r\nx-y: z\r\ncontent-length: 3\r\n\r\n好');
  });
  it('says that a POST has no body', () => {
    expect(wireFormat('h', { method: 'POST', path: '/' }).toString()).toContain('content-length: 0\r\n');
    expect(wireFormat('h', { method: 'GET', path: '/' }).toString()).not.toContain('content-length');
  });
});

describe('request files', () => {
  it('deal the requests out and are gone afterwards', () => {
    let at = 0;
    const file = writeRequests('http://h:1', 5, 2, () => ({ method: 'GET', path: `/${at++}` }));
    const second = readFileSync(`${file.path}.1`, 'utf8');
    expect(second.match(/GET \/\d/g)).toEqual(['GET /1', 'GET /3']);
    expect(second.startsWith(`${wireFormat('h:1', { method: 'GET', path: '/1' }).length}\nGET`)).toBe(true);
    file.remove();
    expect(existsSync(`${file.path}.0`)).toBe(false);
  });
});
