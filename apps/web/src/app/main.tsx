import '../index.css'
import { createRoot } from 'react-dom/client'
import { StrictMode } from 'react'
import { signedIn, signedOut } from '../features/identity/identity-slice.ts'
import { browserLocale, startTranslation } from '../i18n/i18n.ts'
import { connectRealtime } from '../realtime/connect.ts'
import { App } from './app.tsx'
import { client } from './client.ts'
import { createStore } from './store.ts'

const store = createStore(client)

client.session.onChange(({ status, user }) => {
  if (status === 'signedIn') store.dispatch(signedIn(user))
  if (status === 'signedOut') store.dispatch(signedOut())
})
connectRealtime(client, store.dispatch)

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root.')

// The question of who is signed in travels while the texts load.
void client.session.restore()
await startTranslation(browserLocale())
createRoot(root).render(
  <StrictMode>
    <App store={store} client={client} />
  </StrictMode>,
)
