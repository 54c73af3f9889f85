import type { FileScene } from '@parley/protocol/files'
import type { Database } from '../../platform/database.ts'
import type { Storage } from '../../platform/storage.ts'
import { readUnused, type FileRecord } from './store.ts'

interface SweepDependencies {
  db: Database
  storage: Storage
  deleteFiles(records: FileRecord[]): Promise<void>
  onError(error: unknown): void
}

const hourMs = 3_600_000
/** An upload may be sent for this long; a draft left open overnight still has its files in the morning. */
export const unsentMs = 24 * hourMs
const batch = 200
const scenes: FileScene[] = ['message', 'avatar', 'room']

/** Deletes uploads that nothing refers to: never sent, replaced, recalled, or left by a crash. */
export function createSweep({ db, storage, deleteFiles, onError }: SweepDependencies) {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  async function sweep(): Promise<void> {
    await storage.sweepIncoming(new Date(Date.now() - hourMs))
    // An hour after it may no longer be sent: a send that is under way never loses its file.
    const before = new Date(Date.now() - unsentMs - hourMs)
    for (const scene of scenes) {
      for (let full = true; full;) {
        const unused = await readUnused(db, scene, before, batch)
        await deleteFiles(unused)
        full = unused.length === batch
      }
    }
  }

  const run = (): void => {
    running = sweep().catch(onError)
  }

  return {
    start(): void {
      run()
      timer = setInterval(run, hourMs)
      timer.unref()
    },
    async close(): Promise<void> {
      clearInterval(timer)
      await running
    },
  }
}
