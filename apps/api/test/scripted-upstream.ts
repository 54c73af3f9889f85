import { createServer, type ServerResponse } from 'node:http'
import { serving } from '@parley/test-upstream/testing/serving'
import { startApi, type TestApi } from './harness.ts'
import { makeChannel } from './relay-calls.ts'

/** Writes what an upstream answers to a call. */
export type Script = (res: ServerResponse) => void

/** A server of the relay whose upstream answers each model as a script says. */
export interface ScriptedRelay {
  api: TestApi
  /** A model that is answered so, on a channel of its own. */
  model(script: Script, timeouts?: object): Promise<string>
  close(): Promise<void>
}

/** Events of a stream. */
export const sse = (...events: object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')

/** Begins a stream of events. */
export const asStream = (res: ServerResponse): ServerResponse =>
  res.writeHead(200, { 'content-type': 'text/event-stream' })

export async function startScripted(): Promise<ScriptedRelay> {
  const scripts = new Map<string, Script>()
  const server = createServer((request, res) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { model }: { model: string } = JSON.parse(Buffer.concat(chunks).toString())
      scripts.get(model)?.(res)
    })
  })
  const upstream = await serving(server)
  const api = await startApi({ RELAY_UPSTREAM_HOSTS: new URL(upstream.url).host })
  return {
    api,
    async model(script, timeouts = {}) {
      const model = `scripted-${scripts.size}`
      scripts.set(model, script)
      await makeChannel(api, { type: 'openai', base_url: `${upstream.url}/v1`, key: 'any', models: [model], timeouts })
      return model
    },
    async close() {
      await api.close()
      await upstream.stop()
    },
  }
}
