import { createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'

/**
 * Makes a restored database one that no client can have seen. What was made after the backup is still known to clients, to
 * caches and to access tokens, and its numbers would come again for something else: so every room gets a new epoch, and new
 * ids begin where none was before. Both are the time in milliseconds, which differs even if a backup is restored twice.
 * Answers how many rooms there are.
 */
export async function renewEpochs(url: string): Promise<number> {
  const connection = await createConnection(url)
  try {
    const nowMs = Date.now()
    const [tables] = await connection.query<RowDataPacket[]>(
      "SELECT TABLE_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND EXTRA LIKE '%auto_increment%' AND COLUMN_NAME = 'id' AND LEFT(TABLE_NAME, 2) <> '__'",
    )
    // Lower than what is there already, it changes nothing.
    for (const { name } of tables) await connection.query('ALTER TABLE ?? AUTO_INCREMENT = ?', [name, nowMs])
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(
      'UPDATE room_heads SET epoch = GREATEST(epoch + 1, ?)',
      [nowMs],
    )
    return affectedRows
  } finally {
    await connection.end()
  }
}
