import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { Seen } from '@parley/test-upstream/seen'
import { createTestUpstream } from '@parley/test-upstream/server'
import { serving } from '@parley/test-upstream/testing/serving'
import type { RowDataPacket } from 'mysql2/promise'
import { expect, vi } from 'vitest'
import { startApi, type TestApi } from './harness.ts'
import { makeChannel } from './relay-calls.ts'

type Channel = NonNullable<Parameters<typeof makeChannel>[1]>

/** A server and an upstream of its own, into which a test can look. */
export interface TestRelay {
  api: TestApi
  /** Where the upstream listens. */
  upstreamUrl: string
  /** What came in upstream. */
  seen(): Promise<Seen>
  /** A channel to the upstream, which fails as models tell it. */
  channel(wanted?: Channel): Promise<string>
  close(): Promise<void>
}

/** Starts a server whose channels lead to an upstream of this process. */
export async function startRelay(settings: Record<string, string> = {}): Promise<TestRelay> {
  const upstream = await serving(createTestUpstream())
  const api = await startApi({ RELAY_UPSTREAM_HOSTS: new URL(upstream.url).host, ...settings })
  return {
    api,
    upstreamUrl: upstream.url,
    async seen() {
      const response = await fetch(`${upstream.url}/seen`)
      const seen: Seen = JSON.parse(await response.text())
      return seen
    },
    channel: ({ type = 'openai', ...wanted } = {}) =>
      makeChannel(api, {
        type,
        base_url: `${upstream.url}/failures${type === 'openai' ? '/v1' : ''}`,
        key: 'key-of-the-provider',
        ...wanted,
      }),
    async close() {
      await api.close()
      await upstream.stop()
    },
  }
}

/** An answer as it comes over the wire, byte by byte. */
export interface Wire {
  status: number
  headers: IncomingHttpHeaders
  /** What has come so far. */
  text(): string
  /** Waits until something has come. */
  until(part: string): Promise<void>
  pause(): void
  resume(): void
  /** Closes the connection at once. */
  leave(): void
  /** Waits for the end: whether the connection ended as HTTP has it, or broke. */
  ended: Promise<'whole' | 'broken'>
}

function wireOf(response: IncomingMessage): Wire {
  const chunks: Buffer[] = []
  const text = () => Buffer.concat(chunks).toString()
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  // How it ended is told by `ended`.
  response.on('error', () => undefined)
  const ended = new Promise<'whole' | 'broken'>((resolve) => {
    response.once('close', () => resolve(response.complete ? 'whole' : 'broken'))
  })
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    until: (part) =>
      vi.waitFor(() => expect(text()).toContain(part), {
        timeout: 10_000,
        interval: 5,
      }),
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void response.destroy(),
    ended,
  }
}

/** A call that can be left before it is answered. */
export interface RawCall {
  answer: Promise<Wire>
  leave(): void
}

/** Calls the relay, or an upstream, on a connection of its own. */
export function callRaw(url: string, path: string, key: string, body: object, headers: object = {}): RawCall {
  const outgoing = request(new URL(path, url), {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
  })
  const answer = new Promise<Wire>((resolve, reject) => {
    outgoing.once('response', (response) => resolve(wireOf(response)))
    outgoing.once('error', reject)
  })
  // Who leaves waits for no answer.
  answer.catch(() => undefined)
  outgoing.end(JSON.stringify(body))
  return { answer, leave: () => void outgoing.destroy() }
}

/** Calls and waits for the whole answer. */
export async function readRaw(...call: Parameters<typeof callRaw>): Promise<Wire> {
  const wire = await callRaw(...call).answer
  await wire.ended
  return wire
}

/** The data of a stream's events, without the mark of its end. */
export const eventsIn = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)))

/** How often something stands in a text. */
export const timesIn = (text: string, part: string): number => text.split(part).length - 1

/** What is set aside, what balances say was used, and what the log says. */
export interface Books extends RowDataPacket {
  reservations: number
  reserved: number
  used: number
  logged: number
}

/** Waits until nothing is under way, and checks that the log adds up to the balances. */
export async function expectBalanced(api: Pick<TestApi, 'sql'>, timeoutMs = 10_000): Promise<Books> {
  return vi.waitFor(
    async () => {
      const [[books]] = await api.sql.query<Books[]>(`SELECT
        (SELECT COUNT(*) FROM relay_reservations) AS reservations,
        (SELECT CAST(COALESCE(SUM(reserved_micros), 0) AS SIGNED) FROM relay_balances) AS reserved,
        (SELECT CAST(COALESCE(SUM(used_micros), 0) AS SIGNED) FROM relay_balances WHERE owner LIKE 't%') AS used,
        (SELECT CAST(COALESCE(SUM(cost_micros), 0) AS SIGNED) FROM relay_logs) AS logged`)
      if (!books) throw new Error('the database says nothing')
      expect(books).toEqual({ ...books, reservations: 0, reserved: 0, used: books.logged })
      return books
    },
    { timeout: timeoutMs, interval: 50 },
  )
}
