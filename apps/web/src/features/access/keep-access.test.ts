import { createParleyClient, type ParleyClient } from '@parley/client/client'
import { configureStore } from '@reduxjs/toolkit'
import { expect, it, vi } from 'vitest'
import { signedOut } from '../identity/identity-slice.ts'
import { accessSlice, selectMay } from './access-slice.ts'
import { keepAccess } from './keep-access.ts'

const own = (permissions: string[], superAdmin = false) => ({
  superAdmin,
  role: 'member',
  roleName: 'member',
  permissions,
})

/** A page whose server answers `answers` in turn, and the events its socket hears. */
function openPage(answers: Promise<Response>[]) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => answers.shift() ?? Promise.reject(new Error('asked too often')))
  const client = createParleyClient({ origin: 'http://parley.test', fetch })
  const heard = new Map<string, () => void>()
  const socket = { ...client.socket, on: (name: string, listener: () => void) => heard.set(name, listener) }
  const store = configureStore({ reducer: { access: accessSlice.reducer } })
  // Only the listening of the socket is stood in for.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  keepAccess({ ...client, socket } as unknown as ParleyClient, store.dispatch)
  return { store, hear: (name: string) => heard.get(name)?.(), may: () => selectMay(store.getState(), 'rooms:write') }
}

it('an open page gains an ability and loses it when the server says that it changed', async () => {
  const answers = [own(['rooms:read']), own(['rooms:write']), own([])].map(async (body) => Response.json(body))
  const { hear, may, store } = openPage(answers)
  expect(may()).toBe(false)
  hear('session.ready')
  await vi.waitFor(() => expect(store.getState().access.own?.permissions).toEqual(['rooms:read']))
  hear('access.changed')
  await vi.waitFor(() => expect(may()).toBe(true))
  hear('access.changed')
  await vi.waitFor(() => expect(may()).toBe(false))
})

it('an answer that was asked for before the last change is not believed', async () => {
  let answerFirst: (response: Response) => void = () => undefined
  const first = new Promise<Response>((resolve) => (answerFirst = resolve))
  const { hear, may } = openPage([first, Promise.resolve(Response.json(own(['rooms:write'])))])
  hear('session.ready')
  hear('access.changed')
  await vi.waitFor(() => expect(may()).toBe(true))
  answerFirst(Response.json(own([])))
  await Promise.resolve()
  expect(may()).toBe(true)
})

it('nothing is left of it once one is signed out', async () => {
  const { hear, may, store } = openPage([Promise.resolve(Response.json(own([], true)))])
  hear('session.ready')
  await vi.waitFor(() => expect(may()).toBe(true))
  store.dispatch(signedOut())
  expect(may()).toBe(false)
})
