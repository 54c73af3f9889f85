import { blockUser } from '@parley/protocol/people'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, connect, createUser, startApi, type TestApi } from '../../../test/harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

test('who watches somebody hears of online, away and offline, and when they were last there', async () => {
  const [watcher, person] = [await createUser(api), await createUser(api)]
  const watching = await connect(api, watcher)
  const { people } = await watching.command('presence.watch', { userIds: [person.id] })
  expect(people).toEqual([{ userId: person.id, state: 'offline', lastSeenAt: null }])

  const socket = await connect(api, person)
  expect(await watching.next('presence')).toEqual({ userId: person.id, state: 'online', lastSeenAt: null })
  await socket.command('presence.set', { state: 'away' })
  expect(await watching.next('presence')).toMatchObject({ state: 'away' })

  socket.close()
  const { state, lastSeenAt } = await watching.next('presence')
  expect(state).toBe('offline')
  expect(Date.now() - Date.parse(lastSeenAt ?? '')).toBeLessThan(10_000)
  await expect
    .poll(async () => (await watching.command('presence.watch', { userIds: [person.id] })).people)
    .toEqual([{ userId: person.id, state: 'offline', lastSeenAt }])
  watching.close()
})

test('a person is online while one of their devices is, and a reload is not heard', async () => {
  const [watcher, person] = [await createUser(api), await createUser(api)]
  const [laptop, phone] = [await connect(api, person), await connect(api, person)]
  const watching = await connect(api, watcher)
  const { people } = await watching.command('presence.watch', { userIds: [person.id] })
  expect(people[0]?.state).toBe('online')

  await phone.command('presence.set', { state: 'away' })
  phone.close()
  laptop.close()
  await laptop.closed
  const reloaded = await connect(api, person)
  await reloaded.command('presence.set', { state: 'away' })
  expect(await watching.next('presence')).toMatchObject({ state: 'away' })
  expect(watching.heard('presence')).toEqual([])
  reloaded.close()
  watching.close()
})

test('a list replaces the one before', async () => {
  const [watcher, one, other] = [await createUser(api), await createUser(api), await createUser(api)]
  const watching = await connect(api, watcher)
  await watching.command('presence.watch', { userIds: [one.id] })
  await watching.command('presence.watch', { userIds: [other.id] })
  const sockets = [await connect(api, one), await connect(api, other)]
  expect(await watching.next('presence')).toMatchObject({ userId: other.id })
  expect(watching.heard('presence')).toEqual([])
  for (const socket of [...sockets, watching]) socket.close()
})

test('a blocked person looks as if nobody were ever there, at once', async () => {
  const [blocker, blocked] = [await createUser(api), await createUser(api)]
  const [own, watching] = [await connect(api, blocker), await connect(api, blocked)]
  await watching.command('presence.watch', { userIds: [blocker.id] })
  await call(api, blocker, blockUser, { body: { userId: blocked.id } })
  await own.command('presence.set', { state: 'away' })
  const { people } = await watching.command('presence.watch', { userIds: [blocker.id] })
  expect(people).toEqual([{ userId: blocker.id, state: 'offline', lastSeenAt: null }])
  expect(watching.heard('presence')).toEqual([])
  own.close()
  watching.close()
})

test('bad input is refused', async () => {
  const socket = await connect(api, await createUser(api))
  expect((await socket.refused('presence.set', { state: 'offline' })).code).toBe('VALIDATION_FAILED')
  expect((await socket.refused('presence.watch', { userIds: ['x'] })).code).toBe('VALIDATION_FAILED')
  const tooMany = Array.from({ length: 501 }, (_, index) => String(index + 1))
  expect((await socket.refused('presence.watch', { userIds: tooMany })).code).toBe('VALIDATION_FAILED')
  socket.close()
})
