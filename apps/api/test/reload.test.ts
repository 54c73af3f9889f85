import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { register } from '@parley/protocol/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal, startApi, type TestApi } from './harness.ts'
import { startProgram, type Program } from './program.ts'

let api: TestApi
let folder: string
const running: Program[] = []

beforeAll(async () => {
  api = await startApi()
  folder = await mkdtemp(join(tmpdir(), 'parley-reload-'))
})
afterAll(async () => {
  for (const program of running) await program.clear()
  await api.close()
  await rm(folder, { recursive: true })
})

/** Starts the server on a file of settings. */
async function start(settings: string) {
  const CONFIG_FILE = join(folder, 'settings.yml')
  const write = (content: string) => writeFile(CONFIG_FILE, content)
  await write(settings)
  const program = await startProgram({ CONFIG_FILE, DATABASE_URL: api.databaseUrl })
  running.push(program)
  return { ...program, write }
}

test('SIGHUP takes up what may change, names what may not, and keeps everything if a value is bad', async () => {
  const { child, lines, said, ended, write } = await start('PORT: 0\nLOG_LEVEL: info\n')
  await said('Server listening at')
  const [origin = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(lines.join('\n')) ?? []
  await fetch(`${origin}/healthz`)

  await write('PORT: 1\nLOG_LEVEL: debug\nREGISTRATION_OPEN: false\n')
  child.kill('SIGHUP')
  await said('these settings changed and need a restart')
  await said('settings reloaded')
  expect(lines.find((line) => line.includes('need a restart'))).toContain('"settings":["PORT"]')
  expect(lines.find((line) => line.includes('settings reloaded'))).toContain(
    '"settings":["LOG_LEVEL","REGISTRATION_OPEN"]',
  )
  expect(lines.some((line) => line.includes('"answered"'))).toBe(false)
  await fetch(`${origin}/healthz`)
  await said('"answered"')
  const body = { email: 'late@example.com', username: 'late', password: 'correct horse battery' }
  expect(await refusal({ url: origin }, null, register, { body })).toMatchObject({
    code: 'PERMISSION_DENIED',
    details: { reason: 'registration-closed' },
  })

  await write('PORT: 0\nLOG_LEVEL: loud\n')
  child.kill('SIGHUP')
  await said('the settings stay as they were')
  expect(lines.find((line) => line.includes('stay as they were'))).toContain('must be one of fatal, error, warn')
  expect((await fetch(`${origin}/healthz`)).status).toBe(200)

  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
}, 60_000)

test('a bad setting stops the start, naming it in plain lines', async () => {
  const { lines, said, ended } = await start('PORT: 0\nLOG_LEVEL: loud\n')
  await said('must be one of fatal, error, warn')
  expect(await ended).toEqual([1, null])
  expect(lines.filter((line) => line.startsWith('    at '))).toEqual([])
}, 60_000)
