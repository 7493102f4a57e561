/** White space, control and zero-width characters, and the letters that fonts draw as nothing. */
const BLANK = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u;

/** Whether a text shows nothing; such a parameter counts as missing. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first > 0x20 && first < 0x7f) return false;
  return BLANK.test(text);
}

/** Length in Unicode characters, which is how every limit of the API counts. */
export function characters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** Half of a surrogate pair: no text of any language, and no database stores it. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);
