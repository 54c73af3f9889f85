import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { adminKey, startRelayApi } from '../../../../test/relay.ts'

const script = fileURLToPath(new URL('../../../../../../scripts/relay-walk.ts', import.meta.url))

const walk = (PUBLIC_URL: string, ADMIN_KEY: string) =>
  promisify(execFile)(process.execPath, [script], { env: { ...process.env, PUBLIC_URL, ADMIN_KEY }, timeout: 15_000 })

test('the walk of the contract, as a script against a running server', async () => {
  const api = await startRelayApi()
  const { stdout } = await walk(api.url, adminKey)
  expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/^ok {2}/)))
  await expect(walk(api.url, 'another key')).rejects.toThrow('answered 401')
  await api.close()
})
