import { nanoid } from 'nanoid';

/** First segments of object keys, one for each kind of media. */
export type ObjectKind = 'originals' | 'avatars' | 'backgrounds';

/**
 * A key that was never used before and cannot be guessed. Nothing in it comes from a client.
 *
 * @param extension without its dot, for example `mp4`
 * @throws Error when the extension is not 1-8 lower-case letters or digits
 */
export function newObjectKey(kind: ObjectKind, extension: string): string {
  if (!/^[a-z0-9]{1,8}$/.test(extension)) throw new Error(`not an extension: ${JSON.stringify(extension)}`);
  return `${kind}/${nanoid()}.${extension}`;
}
