import type { Seen } from '@parley/test-upstream/seen'
import { createTestUpstream } from '@parley/test-upstream/server'
import { serving } from '@parley/test-upstream/testing/serving'
import { startApi, type TestApi } from '../harness.ts'
import { makeChannel, makeDoor } from '../relay-calls.ts'

/** What a provider's client is set up with. */
export interface Side {
  /** What stands before `/v1`. */
  origin: string
  key: string
}

/** A provider, and the relay in front of it. */
export interface SideBySide {
  straight: Side
  relayed: Side
  api: TestApi
  /** What the provider has seen, from either side. */
  seen(): Promise<Seen>
  close(): Promise<void>
}

/** The answer to a request, as far as the relay hands it on unchanged. */
export interface Answered {
  status: number
  headers: Record<string, string>
}

type ChannelWanted = NonNullable<Parameters<typeof makeChannel>[1]>

const failuresPath = '/failures'

/** Channels for models that are told to fail: each has one of its own, or the ban of one would hide the others. */
export const failing = (models: string[]): ChannelWanted[] =>
  models.map((model) => ({ type: 'openai', base_url: `${failuresPath}/v1`, models: [model] }))

/** Starts a provider and a relay with channels to it, whose addresses are paths at the provider. */
export async function startSideBySide(path: '/answers' | '/failures', channels: ChannelWanted[]): Promise<SideBySide> {
  const upstream = await serving(createTestUpstream())
  const api = await startApi({ RELAY_UPSTREAM_HOSTS: new URL(upstream.url).host })
  for (const channel of channels)
    await makeChannel(api, { key: 'upstream', ...channel, base_url: `${upstream.url}${channel.base_url ?? path}` })
  const { key } = await makeDoor(api)
  return {
    straight: { origin: `${upstream.url}${path}`, key: 'straight' },
    relayed: { origin: api.url, key },
    api,
    async seen() {
      const seen: Seen = JSON.parse(await (await fetch(`${upstream.url}/seen`)).text())
      return seen
    },
    async close() {
      await api.close()
      await upstream.stop()
    },
  }
}

const isPassedOn = (name: string): boolean =>
  name === 'content-type' ||
  name === 'openai-processing-ms' ||
  name === 'openai-version' ||
  name.startsWith('retry-after') ||
  name.includes('ratelimit-')

/** A fetch for a client, and what was answered to it. */
export function createWitness(): { fetch: typeof fetch; answers: Answered[] } {
  const answers: Answered[] = []
  return {
    answers,
    async fetch(input, init) {
      const response = await fetch(input, init)
      const headers = Object.fromEntries([...response.headers].filter(([name]) => isPassedOn(name)))
      answers.push({ status: response.status, headers })
      return response
    },
  }
}

/** What a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
  throw new Error('nothing went wrong')
}
