import { createHash } from 'node:crypto';

/** The username as it is stored and shown: as typed, without white space around it. */
export const displayUsername = (typed: string): string => typed.trim();

/**
 * What makes two usernames the same one: they differ at most in case, width, composition (NFKC, which also turns ligatures and
 * circled letters into plain ones), and invisible characters. So nobody can pose as `doul` with `Ｄｏｕｌ`.
 */
export const foldUsername = (typed: string): string =>
  displayUsername(typed.normalize('NFKC').replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, ''))
    .toLowerCase()
    .normalize('NFKC');

/** Key of the unique index: folded names have no useful longest length (one character can become 18). */
export const usernameHash = (typed: string): Buffer => createHash('sha256').update(foldUsername(typed)).digest();
