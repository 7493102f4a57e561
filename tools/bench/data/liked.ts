import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** Who likes what of some viewers with consecutive ids, as MySQL has it now: [viewer, video] rows. */
export async function likesOf(firstViewer: number, lastViewer: number): Promise<[number, number][]> {
  const connection = await createConnection({ uri: process.env['MYSQL_URL'] ?? '', rowsAsArray: true });
  try {
    const sql = 'SELECT viewer_id, video_id FROM doul_video.likes WHERE viewer_id BETWEEN ? AND ?';
    const [rows] = await connection.query<RowDataPacket[]>(sql, [firstViewer, lastViewer]);
    return rows as unknown as [number, number][];
  } finally {
    await connection.end();
  }
}
