import type { ParleyClient } from '@parley/client/client'
import type { Notification as Notice } from '@parley/protocol/messages'
import { listUsers } from '@parley/protocol/people'
import i18next from 'i18next'
import { navigate } from 'wouter/use-browser-location'
import { selectUser, usersMet } from '../features/people/people-slice.ts'
import { avatarSource } from '../features/people/use-user.ts'
import { selectRoom } from '../features/rooms/rooms-slice.ts'
import { selectPreferences } from '../features/settings/preferences-slice.ts'
import { playTone } from './play-tone.ts'
import type { Store } from './store.ts'

/** Long enough for every tab to have heard the same event. */
const turnMs = 1_000

const pathOf = ({ kind, roomId, seq }: Notice) => {
  if (kind === 'friend.requested') return '/people'
  return roomId ? `/r/${roomId}${seq ? `/m/${seq}` : ''}` : '/people'
}

const isLookingAt = ({ roomId }: Notice) =>
  document.hasFocus() && roomId !== undefined && `${location.pathname}/`.startsWith(`/r/${roomId}/`)

/** Of several tabs one makes the sound: the first to take the lock, which it keeps for a moment. */
const onceAcrossTabs = (run: () => void) =>
  navigator.locks.request('parley.notify', { ifAvailable: true }, async (lock) => {
    if (!lock) return
    run()
    await new Promise((resolve) => setTimeout(resolve, turnMs))
  })

/** Tells of mentions, replies, direct messages and friend requests, as far as the person wants to be told. */
export const startNotifications = ({ socket, rest }: ParleyClient, store: Store) => {
  const whoIs = async (id: string) => {
    const known = selectUser(store.getState(), id)
    if (known) return known
    const { items } = await rest.call(listUsers, { query: { ids: id } })
    store.dispatch(usersMet(items))
    return items[0]
  }

  const tell = async (notice: Notice) => {
    const { sound, desktop } = selectPreferences(store.getState())
    const showsDesktop = desktop && !document.hasFocus() && Notification.permission === 'granted'
    if (!sound && !showsDesktop) return
    const user = showsDesktop ? await whoIs(notice.userId) : undefined
    await onceAcrossTabs(() => {
      if (sound) playTone()
      if (showsDesktop) showDesktop(notice, user)
    })
  }

  socket.on('notification', (notice) => {
    const room = notice.roomId === undefined ? undefined : selectRoom(store.getState(), notice.roomId)
    if (room?.notify !== 'none' && !isLookingAt(notice)) tell(notice).catch(reportError)
  })
}

const showDesktop = (notice: Notice, user: Awaited<ReturnType<typeof selectUser>>) => {
  const shown = new Notification(user?.displayName ?? i18next.t('app:notification.somebody'), {
    body: notice.excerpt ?? i18next.t(`app:notification.${notice.kind}`),
    // One notice per place: a later one replaces the earlier.
    tag: pathOf({ ...notice, seq: undefined }),
    icon: avatarSource(user) ?? '/favicon.svg',
    silent: true,
  })
  shown.addEventListener('click', () => {
    window.focus()
    navigate(pathOf(notice))
    shown.close()
  })
}
