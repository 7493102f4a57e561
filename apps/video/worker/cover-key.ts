/** A video's cover lies under the video's own name, so that making it again leaves nothing behind. */
export const coverKeyOf = (objectKey: string): string => `covers/${objectKey.replace(/^.*\//, '').replace(/\.[a-z0-9]+$/, '')}.jpg`;
