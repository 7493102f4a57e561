/** Where a list of multipart uploads goes on: the store tells it in two parts. */
export const encodeCursor = (key: string, uploadId: string): string => Buffer.from(JSON.stringify([key, uploadId])).toString('base64url');

/** The beginning for an empty cursor. */
export function decodeCursor(cursor: string): [key: string, uploadId: string] {
  if (cursor === '') return ['', ''];
  const [key = '', uploadId = ''] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as string[];
  return [key, uploadId];
}
