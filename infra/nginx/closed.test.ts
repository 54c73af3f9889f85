import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway, type Gateway } from '../../scripts/gateway.ts'
import { ask, json, startUpstream, type TestUpstream } from './upstream.ts'

let upstream: TestUpstream
/** Lets nobody administer, as it is by default. */
let closed: Gateway
/** Lets this machine administer. */
let opened: Gateway

beforeAll(async () => {
  upstream = await startUpstream()
  const place = { api: [upstream.origin], webDir: import.meta.dirname }
  closed = await startGateway(place)
  opened = await startGateway({ ...place, adminAllow: '127.0.0.1 1;' })
})
afterAll(async () => {
  await Promise.all([closed.stop(), opened.stop()])
  await upstream.stop()
})

describe('what is not for everybody', () => {
  test.each(['/metrics', '/docs', '/docs/', '/docs/openapi.json', '/%6detrics', '/x/../metrics', '//metrics'])(
    '%s is found only from the addresses that may administer',
    async (path) => {
      const seen = upstream.arrived.length
      const refused = await ask(closed, path)
      expect([refused.status, json(refused)]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }])
      expect(upstream.arrived).toHaveLength(seen)
      expect((await ask(opened, path)).status).toBe(200)
    },
  )

  const admin = { authorization: `Bearer ${'k'.repeat(24)}` }
  const asArrived = async (gateway: Gateway, path: string, headers: Record<string, string>) =>
    json(await ask(gateway, path, { headers }))

  test('the admin key is a wrong key from anywhere else', async () => {
    for (const authorization of [admin.authorization, 'k'.repeat(24), `bearer  ${'k'.repeat(24)}`]) {
      const arrived = await asArrived(closed, '/api/groups', { authorization })
      expect(arrived).toMatchObject({ headers: { authorization: 'Bearer refused' } })
    }
    expect(await asArrived(opened, '/api/groups', admin)).toMatchObject({ headers: admin })
  })

  test('people, who come with a session, and programs with a key of the relay are not stopped', async () => {
    const session = { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_Y' }
    expect(await asArrived(closed, '/api/admin/people', session)).toMatchObject({ headers: session })
    expect(await asArrived(closed, '/v1/models', admin)).toMatchObject({ headers: admin })
    expect(await asArrived(closed, '/api/x', {})).not.toHaveProperty('headers.authorization')
  })
})
