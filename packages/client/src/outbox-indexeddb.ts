import { openDB, type DBSchema } from 'idb'
import type { OutboxEntry, OutboxStore } from './outbox-store.ts'

interface OutboxDatabase extends DBSchema {
  entries: { key: string; value: OutboxEntry; indexes: { userId: string } }
}

/** Entries kept by the browser, shared by its tabs. */
export function indexedDbOutboxStore(): OutboxStore {
  const opening = openDB<OutboxDatabase>('parley-outbox', 1, {
    upgrade(database) {
      database.createObjectStore('entries', { keyPath: 'clientId' }).createIndex('userId', 'userId')
    },
    // A later version of the app wants the database in another tab; holding on would block it.
    blocking(_current, _blocked, event) {
      if (event.target && 'close' in event.target && typeof event.target.close === 'function') event.target.close()
    },
  })
  // Who awaits it hears of a failure; here it is only kept from counting as unhandled meanwhile.
  opening.catch(() => undefined)
  return {
    load: async (userId) => (await opening).getAllFromIndex('entries', 'userId', userId),
    put: async (entry) => void (await (await opening).put('entries', entry)),
    remove: async (clientId) => (await opening).delete('entries', clientId),
  }
}
