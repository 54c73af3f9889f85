import { listUsers, type PublicUser } from '@parley/protocol/people'
import type { ParleyClient } from '@parley/client/client'
import { shallowEqual, useSelector } from 'react-redux'
import { apiOrigin } from '../../api-origin.ts'
import { useAppDispatch, useClient, type AppDispatch } from '../../realtime/client-context.tsx'
import { selectUser, usersMet, type PeopleRoot } from './people-slice.ts'

const idsPerRequest = 100
const gatherMs = 10

/** Ids asked for since the last request; every component on screen that misses somebody adds theirs. */
const wanted = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

const loadWanted = async (client: ParleyClient, dispatch: AppDispatch) => {
  timer = undefined
  const ids = [...wanted].slice(0, idsPerRequest)
  for (const id of ids) wanted.delete(id)
  if (wanted.size > 0) timer = setTimeout(() => void loadWanted(client, dispatch), 0)
  try {
    const { items } = await client.rest.call(listUsers, { query: { ids: ids.join(',') } })
    dispatch(usersMet(items))
  } catch (error) {
    // Names stay placeholders; whoever needs them next asks again.
    reportError(error)
  }
}

const want = (ids: readonly string[], client: ParleyClient, dispatch: AppDispatch) => {
  for (const id of ids) if (id) wanted.add(id)
  if (wanted.size > 0) timer ??= setTimeout(() => void loadWanted(client, dispatch), gatherMs)
}

/** Somebody by id; undefined until loaded. Many calls in one moment become one request. */
export const useUser = (id: string): PublicUser | undefined => {
  const client = useClient()
  const dispatch = useAppDispatch()
  const user = useSelector((root: PeopleRoot) => selectUser(root, id))
  useEffect(() => {
    if (!user) want([id], client, dispatch)
  }, [user, id, client, dispatch])
  return user
}

/** Several people in the order of their ids; undefined where not loaded yet. */
export const useUsers = (ids: readonly string[]): readonly (PublicUser | undefined)[] => {
  const client = useClient()
  const dispatch = useAppDispatch()
  const users = useSelector((root: PeopleRoot) => ids.map((id) => selectUser(root, id)), shallowEqual)
  const missing = ids.filter((_, index) => !users[index]).join()
  useEffect(() => {
    if (missing) want(missing.split(','), client, dispatch)
  }, [missing, client, dispatch])
  return users
}

/** Address of somebody's picture; null where the generated initials serve. */
export const avatarSource = (user: Pick<PublicUser, 'username' | 'image'> | undefined) =>
  user?.image ? `${apiOrigin}/api/userImage?username=${encodeURIComponent(user.username)}&v=${user.image}` : null
