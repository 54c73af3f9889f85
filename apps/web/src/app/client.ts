import { createParleyClient } from '@parley/client/client'
import { indexedDbOutboxStore } from '@parley/client/outbox-indexeddb'
import { progressUpload } from '@parley/client/upload'

/** The one client of this tab. The API answers on the page's own origin. */
export const client = createParleyClient({
  origin: location.origin,
  outboxStore: indexedDbOutboxStore(),
  locks: navigator.locks,
  openChannel: (name) => new BroadcastChannel(name),
  wakeTarget: window,
  uploadTransport: progressUpload(() => new XMLHttpRequest()),
  onError: reportError,
})
