import type { DataSet } from './dataset.js';
import type { Request } from './load.js';
import type { ScenarioName } from './options.js';
import { KEYWORDS } from './keywords.js';
import { seeded, zipf } from './skew.js';

const POST = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } } as const;

/** How each scenario makes its next request. `static` is served elsewhere. */
export function scenario(name: Exclude<ScenarioName, 'static'>, data: DataSet): () => Request {
  const random = seeded(42);
  const popular = zipf(data.videoIds.length, random);
  const video = (): number => data.videoIds[popular()] as number;
  const viewer = (): number => Math.floor(random() * data.tokens.length);
  const bearer = (at: number): Record<string, string> => ({ authorization: `Bearer ${data.tokens[at] ?? ''}` });
  const post = (path: string, fields: Record<string, string | number>): Request => ({
    ...POST,
    path,
    headers: { ...POST.headers, ...bearer(viewer()) },
    body: new URLSearchParams(Object.entries(fields).map(([key, value]): [string, string] => [key, String(value)])).toString(),
  });
  const get = (path: string, headers: Record<string, string> = bearer(viewer())): Request => ({ method: 'GET', path, headers });
  const make: Record<Exclude<ScenarioName, 'static'>, () => Request> = {
    feed: () => get('/douyin/feed/'),
    'feed-anon': () => get('/douyin/feed/', {}),
    like: () => post('/douyin/favorite/action/', { video_id: video(), action_type: random() < 0.8 ? 1 : 2 }),
    comment: () =>
      post('/douyin/comment/action/', { video_id: video(), action_type: 1, comment_text: `真好看 ${Math.floor(random() * 1e9)}` }),
    'comment-list': () =>
      get(`/douyin/comment/list/?count=10&video_id=${data.commentedIds[Math.floor(random() * data.commentedIds.length)] ?? 0}`),
    'favorite-list': () => get(`/douyin/favorite/list/?count=30&user_id=${data.userIds[Math.floor(random() * data.likers)] ?? 0}`),
    search: () => get(`/douyin/search/video/?keyword=${encodeURIComponent(KEYWORDS[Math.floor(random() * KEYWORDS.length)] ?? '')}`),
    login: () => ({ ...post('/douyin/user/login/', { username: data.username(viewer()), password: data.password }) }),
  };
  return make[name];
}
