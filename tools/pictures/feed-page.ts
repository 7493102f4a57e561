/** What the picture shows of a video. */
export interface Shown {
  title: string;
  cover_url: string;
  favorite_count: number;
  comment_count: number;
  author: { name: string; avatar: string };
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

const tile = (video: Shown): string => `<article>
  <img class="cover" src="${escape(video.cover_url)}" alt="">
  <p>${escape(video.title)}</p>
  <footer><img src="${escape(video.author.avatar)}" alt=""><b>${escape(video.author.name)}</b><span>♥ ${video.favorite_count}</span><span>评 ${video.comment_count}</span></footer>
</article>`;

const STYLE = `
  body { margin: 0; padding: 24px; background: #101014; color: #f4f4f6; font: 15px/1.35 'Noto Sans CJK SC', 'Noto Sans', sans-serif; }
  main { display: grid; grid-template-columns: repeat(6, 1fr); gap: 16px; }
  article { background: #1b1b22; border-radius: 12px; overflow: hidden; }
  .cover { display: block; width: 100%; height: 260px; object-fit: cover; background: #000; }
  p { margin: 10px 12px 8px; height: 40px; overflow: hidden; }
  footer { display: flex; align-items: center; gap: 8px; padding: 0 12px 12px; color: #a9a9b6; font-size: 13px; }
  footer img { width: 22px; height: 22px; border-radius: 50%; object-fit: cover; }
  footer b { flex: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-weight: 500; }`;

/** A page of the feed as a phone's gallery would show it, for the README's picture. */
export const feedHtml = (videos: readonly Shown[]): string =>
  `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>${videos.map(tile).join('')}</main>`;
