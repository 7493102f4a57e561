import { foldText } from './fold.js';

const INVISIBLE_ONLY = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]*$/u;
/** A tag is what follows a hash mark up to the first character that is no letter, digit or underscore. */
const HASHTAG = /[#＃]([\p{L}\p{N}\p{M}_]+)/gu;
const MAX_TAGS = 30;
const MAX_TAG_LENGTH = 50;

/** Whether nobody would see anything: spaces, line breaks, zero-width and other invisible characters only. */
export const isBlank = (text: string): boolean => INVISIBLE_ONLY.test(text);

/** Length in Unicode characters (code points): an emoji or a rare Han character counts 1 where `length` says 2. */
export function charLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Distinct hashtags of a title, folded as search folds them (case, width, traditional characters), without the hash mark. */
export function hashtags(title: string): string[] {
  const tags = new Set<string>();
  for (const [, tag = ''] of title.matchAll(HASHTAG)) {
    const folded = foldText(tag).letters;
    if (folded !== '' && charLength(folded) <= MAX_TAG_LENGTH) tags.add(folded);
  }
  return [...tags].slice(0, MAX_TAGS);
}
