import type { Language } from './call.js';

/** Distinct headers remembered; browsers of one audience send a few dozen. */
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, Language>();

/** The better liked of our two languages; English when neither is named. */
function choose(header: string): Language {
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 };
  for (const part of header.toLowerCase().split(',')) {
    const [tag = '', ...options] = part.split(';').map((text) => text.trim());
    const q = options.find((option) => option.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    const language = /^zh\b/.test(tag) ? 'zh' : /^(en\b|\*)/.test(tag) ? 'en' : undefined;
    if (language && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** Language of the answer's texts, from Accept-Language. */
export function languageOf(header: string | undefined): Language {
  if (header === undefined || header === '') return 'en';
  const known = remembered.get(header);
  if (known) return known;
  const language = choose(header.slice(0, 200));
  if (remembered.size < MAX_REMEMBERED) remembered.set(header, language);
  return language;
}
