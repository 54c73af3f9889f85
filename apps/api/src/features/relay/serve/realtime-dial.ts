import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { Channel } from '../routing/channels.ts'
import { createPublicLookup, hostRefusal, portOf, type AllowedHosts } from '../upstream/addresses.ts'
import { headersFor, urlOf } from '../upstream/providers.ts'
import { failed, type FailedAttempt } from './attempt.ts'

/** Larger frames end a session, whichever side sends them. */
export const frameBytesMax = 16 * 1024 * 1024

const refusalBytesMax = 256 * 1024

interface DialOptions {
  /** What the channel calls the model. */
  model: string
  /** Subprotocols the client offers. */
  protocols: string[]
  /** The client's headers. */
  headers: IncomingHttpHeaders
  hosts: AllowedHosts
}

/** An open connection to an upstream, paused: what it says is not lost before somebody listens. */
export interface Dialled {
  kind: 'open'
  socket: WebSocket
  headers: IncomingHttpHeaders
}

/** How the host of a channel is looked up: one that is not listed by name only among public addresses. */
function lookupFor({ type }: Channel, { hostname, protocol, port: given }: URL, hosts: AllowedHosts) {
  if (type === 'test') return {}
  const port = portOf(protocol === 'wss:' ? 'https:' : 'http:', given)
  const refused = hostRefusal(hostname, port, hosts)
  if (refused) throw refused
  return hosts.isListed(hostname, port) ? {} : { lookup: createPublicLookup() }
}

async function readRefusal(response: IncomingMessage): Promise<FailedAttempt> {
  const { statusCode: status = 502, headers } = response
  const chunks: Buffer[] = []
  let bytes = 0
  const body: AsyncIterable<Buffer> = response
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > refusalBytesMax) break
    chunks.push(chunk)
  }
  // A redirect, and what is no switch of protocols, is no answer either.
  if (status < 400) return failed({ status: 502, message: `it answered with ${status}`, headers })
  return failed({ status, message: `it answered ${status}`, headers, body: Buffer.concat(chunks) })
}

/** Opens a channel's realtime endpoint. */
export function dial(
  channel: Channel,
  { model, protocols, headers, hosts }: DialOptions,
): Promise<Dialled | FailedAttempt> {
  const url = urlOf(channel, { operation: 'realtime', model, isStream: true })
  const { connectMs, headersMs } = channel.timeouts
  return new Promise((resolve) => {
    let socket: WebSocket
    try {
      socket = new WebSocket(url, protocols, {
        ...lookupFor(channel, url, hosts),
        headers: headersFor(channel, 'realtime', headers),
        handshakeTimeout: connectMs + headersMs,
        maxPayload: frameBytesMax,
        perMessageDeflate: false,
      })
    } catch (error) {
      const message = error instanceof Error ? error.message : 'its address cannot be used'
      return resolve(failed({ fault: 'address', message }))
    }
    let answered: IncomingHttpHeaders = {}
    socket.once('upgrade', (response) => (answered = response.headers))
    socket.once('open', () => {
      socket.pause()
      resolve({ kind: 'open', socket, headers: answered })
    })
    socket.once('unexpected-response', (_, response) => {
      readRefusal(response).then(resolve, () => resolve(failed({ fault: 'reset', message: 'its connection was lost' })))
    })
    socket.on('error', (error) =>
      resolve(failed({ fault: 'connect', message: `it could not be reached (${error.message})` })),
    )
  })
}
