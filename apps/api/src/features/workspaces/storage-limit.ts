import { eq, sum } from 'drizzle-orm'
import type { Transaction } from '../../platform/database.ts'
import { conflict } from '../../platform/http/errors.ts'
import { files } from '../files/tables.ts'
import { lockWorkspace } from './store.ts'
import { workspaces } from './tables.ts'

/**
 * Holds a workspace's room for so many more bytes of files until the transaction, which reads what is committed, ends; or
 * refuses with CONFLICT. Only a workspace with a limit is locked and counted.
 */
export async function requireStorage(tx: Transaction, workspaceId: string, bytes: number): Promise<void> {
  const [limit] = await tx
    .select({ bytesMax: workspaces.storageBytesMax })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId))
  if (limit === undefined || limit.bytesMax === null) return
  await lockWorkspace(tx, workspaceId)
  const [kept] = await tx
    .select({ bytes: sum(files.bytes) })
    .from(files)
    .where(eq(files.workspaceId, workspaceId))
  if (Number(kept?.bytes ?? 0) + bytes <= limit.bytesMax) return
  throw conflict('This workspace keeps as many files as it may. Its administrators can make room.', 'storage-max')
}
