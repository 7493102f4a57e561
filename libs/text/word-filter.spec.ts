import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORDS } from './default-words.js';
import { foldText } from './fold.js';
import { INNOCENT_SENTENCES } from './innocents.js';
import { WordFilter } from './word-filter.js';
import type { WordEntry } from './word-set.js';

const list = new WordFilter([
  { text: '赌博', level: 'block' },
  { text: '傻逼', level: 'mask' },
  { text: 'fuck', level: 'mask' },
  { text: 'abcd', level: 'mask' },
  { text: '裸贷', level: 'review' },
  { text: '加v信', level: 'block' },
  { text: '拒绝赌博', level: 'allow' },
]);

const words = (text: string): string[] => list.check(text).hits.map((hit) => hit.word);

describe('WordFilter', () => {
  it.each([
    ['exact', '傻逼', '傻逼'],
    ['inside a sentence', '你就是个傻逼吧', '傻逼'],
    ['upper case', 'FUCK', 'fuck'],
    ['mixed case', 'what the FuCk is this', 'fuck'],
    ['full width', 'ｆｕｃｋ', 'fuck'],
    ['full width upper case', 'ＦＵＣＫ you', 'fuck'],
    ['mathematical letters', '𝓯𝓾𝓬𝓴', 'fuck'],
    ['accents', 'fück', 'fuck'],
    ['combining marks', 'f\u0336u\u0336c\u0336k', 'fuck'],
    ['circled letters', 'ⓕⓤⓒⓚ', 'fuck'],
    ['traditional characters', '線上賭博', '赌博'],
    ['spaces in Chinese', '傻 逼', '傻逼'],
    ['full-width space', '傻　逼', '傻逼'],
    ['star', '傻*逼', '傻逼'],
    ['many separators', '傻-_-.·~逼', '傻逼'],
    ['emoji between', '傻😀逼', '傻逼'],
    ['clause mark between, alone', '赌，博', '赌博'],
    ['line break between', '赌\n博', '赌博'],
    ['zero-width space', '傻\u200b逼', '傻逼'],
    ['zero-width joiner and BOM', '赌\u200d\ufeff博', '赌博'],
    ['soft hyphen', 'fu\u00adck', 'fuck'],
    ['Hangul filler', '赌\u3164博', '赌博'],
    ['dots', 'f.u.c.k', 'fuck'],
    ['one dot', 'fu.ck', 'fuck'],
    ['spelled out with spaces', 'f u c k', 'fuck'],
    ['beside Chinese', '你fuck我', 'fuck'],
    ['mixed script', '加 V 信', '加v信'],
    ['everything at once', 'Ｆ\u200b.Ü*c_K', 'fuck'],
  ])('finds %s', (_name, text, word) => {
    expect(words(text)).toContain(word);
  });

  it.each(['fuckingham', 'infuckt', 'af uck', 'this hit', '真傻逼真', '他真傻，逼真', '拒绝赌博', '', '   ', '\u200b'])(
    'lets %j pass',
    (text) => {
      expect(list.check(text)).toEqual({ hits: [], worst: 'none' });
    },
  );

  it('finds a word inside a longer listed one and at the end of a longer failed one', () => {
    const filter = new WordFilter([
      { text: '甲乙丙丁', level: 'mask' },
      { text: '乙丙', level: 'block' },
    ]);
    expect(filter.check('戊甲乙丙戊').hits.map((hit) => hit.word)).toEqual(['乙丙']);
    expect(filter.check('甲乙丙丁').hits.map((hit) => hit.word)).toEqual(['甲乙丙丁', '乙丙']);
    expect(filter.check('甲乙丙丁').worst).toBe('block');
  });

  it('finds words through any symbols and invisible characters, wherever they stand', () => {
    const noise = fc.string({ unit: fc.constantFrom('*', '.', '_', '~', '\u200b', '\u00ad', '😀', '|'), maxLength: 4 });
    const neutral = fc.string({ unit: fc.constantFrom('好', '的', '，', ' ', '1', '吗'), maxLength: 8 });
    const disguised = fc
      .constantFrom('赌博', '賭博', '傻逼', 'ＦＵＣＫ', 'fuck')
      .chain((word) => fc.tuple(...[...word].map((letter) => noise.map((between) => letter + between))).map((parts) => parts.join('')));
    fc.assert(
      fc.property(neutral, disguised, neutral, (before, word, after) => {
        const text = `${before} ${word} ${after}`;
        const { hits } = list.check(text);
        expect(hits.map(({ start }) => start)).toEqual([before.length + 1]);
        expect(foldText(text.slice(hits[0]?.start, hits[0]?.end)).letters).toBe(hits[0]?.word);
      }),
      { numRuns: 1_000 },
    );
  });

  it('places hits in the original text, separators included', () => {
    const text = '😀 你这个 傻\u200b*逼 呀';
    const [hit] = list.check(text).hits;
    expect(text.slice(hit?.start, hit?.end)).toBe('傻\u200b*逼');
  });

  it('takes the gravest level', () => {
    expect(list.check('傻逼').worst).toBe('mask');
    expect(list.check('傻逼裸贷').worst).toBe('review');
    expect(list.check('裸贷傻逼赌博').worst).toBe('block');
  });

  it('masks whole characters, and leaves what awaits review', () => {
    expect(list.mask('你个傻 逼，FUCK😀')).toBe('你个***，****😀');
    expect(list.mask('𝓯𝓾𝓬𝓴')).toBe('****');
    expect(list.mask('裸贷')).toBe('裸贷');
    expect(list.mask('你好')).toBe('你好');
  });

  it('takes the last level of a word that is listed twice', () => {
    const filter = new WordFilter([
      { text: '贱人', level: 'block' },
      { text: '賤人', level: 'mask' },
    ]);
    expect(filter.check('贱人').worst).toBe('mask');
    expect(filter.size).toBe(1);
  });
});

describe('the default list', () => {
  it('lets innocent sentences pass', () => {
    const filter = new WordFilter(DEFAULT_WORDS);
    for (const sentence of INNOCENT_SENTENCES) expect(filter.check(sentence), sentence).toEqual({ hits: [], worst: 'none' });
  });

  it('catches every word of its own, as written and dressed up', () => {
    const filter = new WordFilter(DEFAULT_WORDS);
    for (const { text, level } of DEFAULT_WORDS.filter((entry) => entry.level !== 'allow')) {
      for (const form of [text, text.toUpperCase(), [...text].join('\u200b'), [...text].join('*'), `你好${text}`]) {
        const found = filter.check(form).hits.filter((hit) => hit.word === foldText(text).letters);
        expect(
          found.map((hit) => hit.level),
          form,
        ).toContain(level);
      }
    }
  });

  it('has no word of one character and no word twice', () => {
    const folded = DEFAULT_WORDS.map(({ text }) => foldText(text).letters);
    expect(folded.filter((word) => word.length < 2)).toEqual([]);
    expect(folded.filter((word, index) => folded.indexOf(word) !== index)).toEqual([]);
  });
});

describe('reload', () => {
  it('swaps in a large list without blocking the event loop, and checks go on meanwhile', async () => {
    const filter = new WordFilter([{ text: '旧词汇', level: 'block' }]);
    const many: WordEntry[] = Array.from({ length: 30_000 }, (_, index) => ({ text: `测试词${index.toString(36)}号`, level: 'mask' }));
    many.push({ text: '新词汇', level: 'block' });
    await filter.load(many.slice(0, 3_000)); // the compiler has seen the code
    await filter.load([{ text: '旧词汇', level: 'block' }]);

    // CPU time and not the clock's: other processes of the machine are not to blame.
    const turns: number[] = [];
    let done = false;
    let before = process.cpuUsage();
    const measure = (): void => {
      const { user, system } = process.cpuUsage(before);
      turns.push((user + system) / 1_000);
      before = process.cpuUsage();
      if (!done) setImmediate(measure);
    };
    setImmediate(measure);
    const loading = filter.load(many);
    expect(filter.check('旧词汇').worst).toBe('block');
    await loading;
    done = true;

    expect(filter.check('旧词汇').worst).toBe('none');
    expect(filter.check('新-词-汇').worst).toBe('block');
    expect(filter.check('测试词0号').worst).toBe('mask');
    expect(turns.length).toBeGreaterThan(30);
    // ms; a turn takes 2-6 without the collector's and the compiler's threads, which count here.
    expect(turns.toSorted((a, b) => a - b)[Math.floor(turns.length / 2)]).toBeLessThan(10);
    expect(Math.max(...turns)).toBeLessThan(60);
  });

  it('loads in the order asked', async () => {
    const filter = new WordFilter();
    await Promise.all([filter.load([{ text: '第一个', level: 'block' }]), filter.load([{ text: '第二个', level: 'block' }])]);
    expect(filter.check('第一个').worst).toBe('none');
    expect(filter.check('第二个').worst).toBe('block');
  });
});
