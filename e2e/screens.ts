import type { Page } from '@playwright/test'
import { listFriends } from '@parley/protocol/people'
import { createInvite, createRoom, getRoom } from '@parley/protocol/rooms'
import { createParleyClient } from '@parley/client/client'
import { createPool } from 'mysql2/promise'
import { fillDemo } from '../scripts/demo/fill.ts'
import { demoPassword } from '../scripts/demo/people.ts'
import type { Stack } from '../scripts/stack.ts'

export interface Screen {
  name: string
  path: string
  /** What lies over the page, opened by keys, which are the same in every language. */
  keys?: string
}

/** The screens of somebody who is signed out. */
export const publicScreens: Screen[] = [
  { name: 'sign-in', path: '/signin' },
  { name: 'register', path: '/register' },
  { name: 'forgot-password', path: '/forgot-password' },
  { name: 'reset-password', path: '/reset-password#nobody' },
  { name: 'verify-email', path: '/verify-email#nobody' },
]

/** Fills the server with believable data; answers every screen there is to see of it. */
export async function setScene({ origin, databaseUrl }: Stack): Promise<Screen[]> {
  const sql = createPool({ uri: databaseUrl, connectionLimit: 2, timezone: 'Z', charset: 'utf8mb4_unicode_520_ci' })
  const signal = new AbortController().signal
  await fillDemo({ origin, sql, signal, report: () => undefined }, { people: 40, messages: 300 })
  await sql.end()
  return screensOf(origin)
}

export const viewer = { login: 'demo', password: demoPassword }

/** The console, of somebody who runs the installation. */
export const adminScreens: Screen[] = [
  'overview',
  'people',
  'roles',
  'sessions',
  'rooms',
  'storage',
  'reports',
  'audit',
  'workspaces',
  'system',
].map((section) => ({ name: `admin-${section}`, path: `/admin/${section}` }))

/** The relay, of somebody who administers it. */
export const relayScreens: Screen[] = [
  'overview',
  'start',
  'tokens',
  'playground',
  'logs',
  'channels',
  'models',
  'groups',
  'settings',
].map((section) => ({ name: `relay-${section}`, path: `/relay/${section}` }))

/** Signs somebody in to a browser, whose next page restores the session. */
export async function signInTo(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  const response = await page.request.post('/api/login', { data: { login: email, password } })
  if (!response.ok()) throw new Error(`could not sign in: ${await response.text()}`)
}

export const signInViewer = (page: Page): Promise<void> =>
  signInTo(page, { email: viewer.login, password: viewer.password })

async function screensOf(origin: string): Promise<Screen[]> {
  const { rest, session, stop } = createParleyClient({ origin })
  await session.signIn(viewer)
  const answer = await rest.call(getRoom, { query: {} })
  const friends = await rest.call(listFriends, { query: {} })
  const rooms = 'items' in answer ? answer.items : []
  const group = rooms.find(({ type }) => type === 'PUBLIC')
  const direct = rooms.find(({ type }) => type === 'PRIVATE')
  const friend = friends.items.find(({ relation }) => relation === 'friend')
  if (!group || !direct || !friend) throw new Error('the demo has no group, no friend or no private room')
  const token = await inviteOfFriend(origin, friend.username)
  stop()
  const room = `/r/${group.id}`
  const panels = ['members', 'files', 'pins', 'search']
  const sections = ['profile', 'workspace', 'appearance', 'notifications', 'sessions', 'password', 'security', 'about']
  return [
    { name: 'home', path: '/' },
    { name: 'room', path: room },
    ...panels.map((panel) => ({ name: `room-${panel}`, path: `${room}?panel=${panel}` })),
    { name: 'room-found', path: `${room}?panel=search&q=${encodeURIComponent('客户')}` },
    { name: 'direct', path: `/r/${direct.id}` },
    { name: 'switcher', path: room, keys: 'Control+K' },
    { name: 'help', path: '/', keys: '?' },
    { name: 'people', path: '/people' },
    { name: 'person', path: `/people/${friend.username}` },
    { name: 'directory', path: '/directory' },
    { name: 'invite', path: `/invite/${token}` },
    { name: 'settings', path: '/settings' },
    ...sections.map((section) => ({ name: `settings-${section}`, path: `/settings/${section}` })),
    { name: 'admin-roles', path: '/admin/roles?role=moderator' },
    { name: 'admin-role-holders', path: '/admin/roles?view=people' },
    { name: 'not-found', path: '/nowhere' },
    { name: 'no-room', path: '/r/999999999' },
  ]
}

/** An invitation to a room the viewer is not in. */
async function inviteOfFriend(origin: string, login: string): Promise<string> {
  const { rest, session, stop } = createParleyClient({ origin })
  await session.signIn({ login, password: demoPassword })
  const body = { name: 'Book club', topic: 'One book a month', type: 'PUBLIC' as const, visibility: 'invite' as const }
  const { room } = await rest.call(createRoom, { body })
  const { token } = await rest.call(createInvite, { body: { roomId: room.id } })
  stop()
  return token
}

/** Opens a screen and waits until it no longer changes. */
export async function openScreen(page: Page, { path, keys }: Screen): Promise<void> {
  await page.goto(path)
  await page.waitForLoadState('networkidle')
  if (!keys) return
  await page.keyboard.press(keys)
  await page.getByRole('dialog').waitFor()
  await page.waitForLoadState('networkidle')
}
