import { createParleyClient } from '@parley/client/client'
import { indexedDbOutboxStore } from '@parley/client/outbox-indexeddb'
import { progressUpload } from '@parley/client/upload'
import { apiOrigin } from '../api-origin.ts'

/** The one client of this tab. */
export const client = createParleyClient({
  origin: apiOrigin,
  outboxStore: indexedDbOutboxStore(),
  locks: navigator.locks,
  openChannel: (name) => new BroadcastChannel(name),
  wakeTarget: window,
  uploadTransport: progressUpload(() => new XMLHttpRequest()),
  onError: reportError,
})

// While the server traces, what follows from an act of the person is told apart from what happens by itself.
window.addEventListener('click', () => client.tracing.begin('click'), { capture: true })
window.addEventListener('submit', () => client.tracing.begin('submit'), { capture: true })
window.addEventListener('keydown', ({ key }) => key === 'Enter' && client.tracing.begin('enter'), { capture: true })
