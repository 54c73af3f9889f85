import type { ParleyClient } from '@parley/client/client'
import { useSelector } from 'react-redux'
import { useClient, useAppDispatch, type AppDispatch } from '../../realtime/client-context.tsx'
import { presenceLoaded, selectPresence, type PeopleRoot } from './people-slice.ts'

/** What the server lets one connection watch. */
const watchedMax = 500
const gatherMs = 100

/** How many components on screen show somebody's presence, by id. */
const shown = new Map<string, number>()
let timer: ReturnType<typeof setTimeout> | undefined

const watchShown = async ({ socket }: ParleyClient, dispatch: AppDispatch) => {
  timer = undefined
  if (socket.state() !== 'online') return
  // Those shown last come last in the map, and they are what somebody looks at.
  const userIds = [...shown.keys()].slice(-watchedMax)
  try {
    const { people } = await socket.command('presence.watch', { userIds })
    dispatch(presenceLoaded(people))
  } catch {
    // The connection went away; the next one asks again.
  }
}

const watchSoon = (client: ParleyClient, dispatch: AppDispatch) => {
  timer ??= setTimeout(() => void watchShown(client, dispatch), gatherMs)
}

/** A new connection knows nothing of what the last one watched. */
export const keepWatching = (client: ParleyClient, dispatch: AppDispatch) => {
  client.socket.on('session.ready', () => watchSoon(client, dispatch))
}

const show = (id: string) => {
  const count = shown.get(id) ?? 0
  shown.set(id, count + 1)
  return count === 0
}

const hide = (id: string) => {
  const left = (shown.get(id) ?? 1) - 1
  if (left > 0) shown.set(id, left)
  else shown.delete(id)
}

/** Keeps the presence of several people right for as long as the caller is shown. */
export const useWatched = (ids: readonly string[]) => {
  const client = useClient()
  const dispatch = useAppDispatch()
  const list = ids.join()
  useEffect(() => {
    const watched = list.split(',').filter(Boolean)
    if (watched.filter(show).length > 0) watchSoon(client, dispatch)
    return () => watched.forEach(hide)
  }, [list, client, dispatch])
}

/** Somebody's presence, kept right for as long as it is shown. */
export const usePresence = (id: string) => {
  useWatched([id])
  return useSelector((root: PeopleRoot) => selectPresence(root, id))
}
