import { listUsers, type PublicUser } from '@parley/protocol/people'
import type { ParleyClient } from '@parley/client/client'
import { useSelector } from 'react-redux'
import { useAppDispatch, useClient, type AppDispatch } from '../../realtime/client-context.tsx'
import { selectUser, usersMet } from './people-slice.ts'

type PeopleRoot = Parameters<typeof selectUser>[0]

const idsPerRequest = 100
const gatherMs = 10

/** Ids asked for since the last request; every component on screen that misses somebody adds theirs. */
const wanted = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

const loadWanted = async (client: ParleyClient, dispatch: AppDispatch) => {
  timer = undefined
  const ids = [...wanted].slice(0, idsPerRequest)
  for (const id of ids) wanted.delete(id)
  if (wanted.size > 0) timer = setTimeout(loadWanted, 0, client, dispatch)
  try {
    const { items } = await client.rest.call(listUsers, { query: { ids: ids.join(',') } })
    dispatch(usersMet(items))
  } catch (error) {
    // Names stay placeholders; whoever needs them next asks again.
    reportError(error)
  }
}

/** Somebody by id; undefined until loaded. Many calls in one moment become one request. */
export const useUser = (id: string): PublicUser | undefined => {
  const client = useClient()
  const dispatch = useAppDispatch()
  const user = useSelector((root: PeopleRoot) => selectUser(root, id))
  useEffect(() => {
    if (user || !id) return
    wanted.add(id)
    timer ??= setTimeout(loadWanted, gatherMs, client, dispatch)
  }, [user, id, client, dispatch])
  return user
}

/** Address of somebody's picture; null where the generated initials serve. */
export const avatarSource = (user: Pick<PublicUser, 'username' | 'image'> | undefined) =>
  user?.image ? `/api/userImage?username=${encodeURIComponent(user.username)}&v=${user.image}` : null
