import type { FileScene } from '@parley/protocol/files'
import type { Database } from '../../platform/database.ts'
import { readUnused, type FileRecord } from './store.ts'

interface SweepDependencies {
  db: Database
  deleteFiles(records: FileRecord[]): Promise<void>
  onError(error: unknown): void
}

const everyMs = 3_600_000
/** An upload waits this long for its message; a draft left open overnight still has its files in the morning. */
const unusedMs = 24 * 3_600_000
const batch = 200
const scenes: FileScene[] = ['message', 'avatar', 'room']

/** Deletes uploads that nothing refers to: never sent, replaced, recalled, or left by a crash. */
export function createSweep({ db, deleteFiles, onError }: SweepDependencies) {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  async function sweep(): Promise<void> {
    const before = new Date(Date.now() - unusedMs)
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
      timer = setInterval(run, everyMs)
      timer.unref()
    },
    async close(): Promise<void> {
      clearInterval(timer)
      await running
    },
  }
}
