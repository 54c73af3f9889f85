import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createParleyClient, type ParleyClient } from '@parley/client/client'
import { cookieFetch } from '@parley/client/cookie-fetch'
import { getSystem } from '@parley/protocol/admin'
import { getHistory } from '@parley/protocol/messages'
import { createRoom } from '@parley/protocol/rooms'

const stepTimeoutMs = 30_000

type Walk = {
  /** Where people come in. */
  origin: string
  /** Ends one of the two API nodes. */
  stopNode: () => Promise<void>
  /** Hears what was seen to work. */
  onStep: (step: string) => void
}

/**
 * Walks through a fresh installation of two API nodes by its gateway, as its first people would, and throws with the first
 * thing that is not as it should be.
 */
export async function walk({ origin, stopNode, onStep }: Walk): Promise<void> {
  await pageLoads(origin)
  onStep('the page and its files load')
  await closedOutside(origin)
  onStep('/metrics and /docs are closed')

  // The first account administers the installation, and may see its nodes.
  const ann = await register(origin, 'ann')
  const ben = await register(origin, 'ben')
  try {
    const body = { name: 'Smoke', type: 'PUBLIC' as const, memberIds: [ben.userId] }
    const { room } = await ann.client.rest.call(createRoom, { body })
    await Promise.all([ann, ben].map(({ client }) => client.engine.open(room.id)))
    await onBothNodes(ann.client, ben.client)
    onStep('two people are connected, to two nodes')

    await says(ann, ben, room.id, 'Said on one node')
    await says(ben, ann, room.id, 'and on the other')
    const { rows } = await ann.client.rest.call(getHistory, { query: { roomId: room.id, limit: 100 } })
    if (rows.length < 2) throw new Error(`the history has ${rows.length} messages`)
    onStep('what one says the other hears')

    await fileArrives(ann.client, origin)
    onStep('a file is read as it was written, from whichever node')

    await stopNode()
    await says(ann, ben, room.id, 'One node is gone')
    await says(ben, ann, room.id, 'and nobody minds')
    await pageLoads(origin)
    onStep('with one node gone the other serves')
  } finally {
    ann.client.stop()
    ben.client.stop()
  }
}

type Person = { userId: string; client: ParleyClient }

async function register(origin: string, username: string): Promise<Person> {
  const client = createParleyClient({ origin, fetch: cookieFetch() })
  const person = { email: `${username}@example.com`, username, password: `long ${randomUUID()}` }
  const user = await client.session.register(person)
  return { userId: user.id, client }
}

async function pageLoads(origin: string): Promise<void> {
  const page = await fetch(origin, { headers: { accept: 'text/html' } })
  const html = await page.text()
  const script = /<script[^>]+src="(\/assets\/[^"]+)"/.exec(html)?.[1]
  if (!page.ok || script === undefined) throw new Error(`the page answered ${page.status} and names no script`)
  if (!page.headers.has('content-security-policy')) throw new Error('the page has no Content-Security-Policy')
  const asset = await fetch(new URL(script, origin))
  await asset.body?.cancel()
  const kept = asset.headers.get('cache-control') ?? ''
  if (!asset.ok || !kept.includes('immutable'))
    throw new Error(`${script} answered ${asset.status}, to be kept: ${kept}`)
}

async function closedOutside(origin: string): Promise<void> {
  for (const path of ['/metrics', '/docs']) {
    const answer = await fetch(new URL(path, origin))
    await answer.body?.cancel()
    if (answer.status !== 404) throw new Error(`${path} answered ${answer.status} to the outside`)
  }
}

/** Whichever node is asked counts its own sockets; as long as it has none or both, one of the two comes again. */
async function onBothNodes(ann: ParleyClient, ben: ParleyClient): Promise<void> {
  await until('two people are connected, to two nodes', async () => {
    if (ann.socket.state() !== 'online' || ben.socket.state() !== 'online') return false
    const { nodes } = await ann.rest.call(getSystem, {})
    const asked = nodes.find(({ current }) => current)
    if (nodes.length === 2 && asked?.sockets === 1) return true
    ben.socket.reconnect()
    return false
  })
}

async function says(speaker: Person, listener: Person, roomId: string, text: string): Promise<void> {
  speaker.client.outbox.send({ roomId, body: { kind: 'text', text } })
  await until(`"${text}" is heard`, () => {
    const rows = listener.client.engine.view(roomId)?.rows ?? []
    return rows.some(({ body }) => body.kind === 'text' && body.text === text)
  })
}

async function fileArrives({ rest, upload }: ParleyClient, origin: string): Promise<void> {
  const bytes = randomBytes(256 * 1_024)
  const { id } = await upload({ file: new Blob([bytes]), name: 'smoke.bin', scene: 'message' })
  for (let time = 1; time <= 4; time++) {
    const read = await rest.withToken(async (token) => {
      const answer = await fetch(new URL(`/api/files/${id}`, origin), { headers: { authorization: `Bearer ${token}` } })
      if (!answer.ok) throw new Error(`the file answered ${answer.status}`)
      return Buffer.from(await answer.arrayBuffer())
    })
    if (!read.equals(bytes)) throw new Error(`the file came back with ${read.length} other bytes`)
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + stepTimeoutMs
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within ${stepTimeoutMs / 1_000} s: ${what}`)
    await delay(50)
  }
}

// node infra/docker/smoke-walk.ts ORIGIN COMMAND...: the command ends one node. NODE_EXTRA_CA_CERTS names a certificate to trust.
if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const [, , origin, file, ...args] = process.argv
  if (origin === undefined || file === undefined) throw new Error('usage: smoke-walk.ts ORIGIN COMMAND...')
  await walk({
    origin,
    stopNode: async () => void (await promisify(execFile)(file, args)),
    onStep: (step) => process.stdout.write(`ok: ${step}\n`),
  })
}
