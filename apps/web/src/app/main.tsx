import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { keepAccess } from '../features/access/keep-access.ts'
import { signedIn, signedOut } from '../features/identity/identity-slice.ts'
import { keepMute } from '../features/moderation/keep-mute.ts'
import { reportActivity } from '../features/people/report-activity.ts'
import { keepWatching } from '../features/people/watch-presence.ts'
import { keepRooms } from '../features/rooms/keep-rooms.ts'
import { keepPreferences } from '../features/settings/keep-preferences.ts'
import { rememberedLocale, speak, startTranslation } from '../i18n/i18n.ts'
import { connectRealtime } from '../realtime/connect.ts'
import { App } from './app.tsx'
import { client } from './client.ts'
import { startNotifications } from './notifications.ts'
import { createStore } from './store.ts'

/** Set while somebody is signed in on this device; the cookie that proves it cannot be seen from here. */
const signedInKey = 'parley.signedIn'

const store = createStore(client)

/** Whose page this is. */
let ownId: string | null = null

client.session.onChange((state) => {
  const { status, user } = state
  if (user && ownId !== null && user.id !== ownId) {
    // Another workspace, or another person by another tab: nothing of what stands on this page is theirs.
    location.assign('/')
    return
  }
  ownId = user?.id ?? null
  if (status === 'signedIn') {
    localStorage.setItem(signedInKey, '1')
    store.dispatch(signedIn(user))
    speak(user.locale).catch(reportError)
  }
  if (status === 'signedOut') {
    localStorage.removeItem(signedInKey)
    store.dispatch(signedOut(state.reason))
  }
})
connectRealtime(client, store.dispatch)
keepAccess(client, store.dispatch)
keepWatching(client, store.dispatch)
keepRooms(client, store)
keepMute(client, store.dispatch)
reportActivity(client.socket)
keepPreferences(store)
startNotifications(client, store)

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root.')

// The question of who is signed in travels while the texts load. On the pages for signing in, a device where nobody was
// signed in need not ask: the refusal would stand as an error in the console.
const accountPage = /^\/(signin|register|forgot-password|reset-password|verify-email)\/?$/.test(location.pathname)
if (accountPage && localStorage.getItem(signedInKey) === null) client.session.end()
else client.session.restore().catch(reportError)

await startTranslation(rememberedLocale())
createRoot(root).render(
  <StrictMode>
    <App store={store} client={client} />
  </StrictMode>,
)
