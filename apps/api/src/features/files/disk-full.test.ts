import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesOf, getFile, incoming, picture, postUpload, upload } from '../../../test/files.ts'
import { createUser, startApi } from '../../../test/harness.ts'

const run = promisify(execFile)
let disk: string
/** Why there is no disk that can be filled. */
let missing: string | undefined

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'parley-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).catch((error: unknown) => {
    missing = `a small disk cannot be mounted here: ${error instanceof Error ? error.message : String(error)}`
  })
})
afterAll(async () => {
  if (missing === undefined) await run('umount', [disk])
  await rm(disk, { recursive: true })
})

test('an upload for which the disk has no room says so, leaves nothing, and smaller ones go on', async ({
  skip,
  onTestFinished,
}) => {
  if (missing !== undefined) skip(missing)
  const api = await startApi({ DATA_DIR: disk })
  onTestFinished(() => api.close())
  const ann = await createUser(api)
  const send = (bytes: number) => postUpload(api, ann, { bytes: bytesOf(randomBytes(bytes)) })
  const refused = await send(4_000_000)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(await refused.json()).toMatchObject({ error: { code: 'OVERLOADED', details: { reason: 'disk-full' } } })
  expect(await incoming({ ...api, dataDir: disk })).toEqual([])
  const [rows] = await api.sql.query('SELECT id FROM files')
  expect(rows).toEqual([])
  expect((await send(400_000)).status).toBe(201)

  const { id } = await upload(api, ann, { bytes: await picture(900, 600), name: 'large.png' })
  const { bavail, bsize } = await statfs(disk)
  await writeFile(join(disk, 'filler'), randomBytes(bavail * bsize))
  const small = () => getFile(api, id, ann, { query: '?size=320' })
  const unmade = await small()
  expect(unmade.status).toBe(503)
  expect(await unmade.json()).toMatchObject({ error: { details: { reason: 'disk-full' } } })
  await rm(join(disk, 'filler'))
  expect((await small()).status).toBe(200)
})
