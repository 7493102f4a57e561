import { expect, it } from 'vitest';
import { feedHtml } from './feed-page.js';

it('shows titles as text, whatever they hold', () => {
  const author = { name: '<b>', avatar: 'http://127.0.0.1/a.png' };
  const html = feedHtml([
    { title: '<script>alert(1)</script>', cover_url: 'http://127.0.0.1/c.jpg', favorite_count: 1, comment_count: 2, author },
  ]);
  expect(html).not.toContain('<script>');
  expect(html).toContain('&lt;script&gt;');
});
