import { once } from 'node:events'
import { createServer, request, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { RelayRefusal } from '../refusals.ts'
import { createBodyRoom, receiveBody } from './receive-body.ts'

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

/** A server that keeps each call under way until it is told to answer. */
async function startServer(roomBytes: number) {
  const room = createBodyRoom(roomBytes)
  const underWay: ServerResponse[] = []
  const refused: string[] = []
  const server = createServer((incoming, res) => {
    receiveBody(incoming, room.placeFor(res)).then(
      () => void underWay.push(res),
      (error: unknown) => {
        if (!(error instanceof RelayRefusal)) throw error
        refused.push(error.code)
        res.writeHead(error.status, { 'retry-after': String(error.retryAfterMs) }).end()
      },
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const begin = (): ClientRequest => request({ port: address.port, host: '127.0.0.1', method: 'POST', agent: false })
  const send = async (bytes: number): Promise<IncomingMessage> => {
    const sent = begin().end(Buffer.alloc(bytes))
    const answered: IncomingMessage[] = await once(sent, 'response')
    const [response] = answered
    if (!response) throw new Error('no response')
    return response.resume()
  }
  return { begin, send, underWay, refused }
}

test('bodies have so much room together: who comes when it is taken is told to come again', async () => {
  const { send, underWay } = await startServer(100)
  const first = send(60)
  await vi.waitFor(() => expect(underWay).toHaveLength(1))
  const second = await send(60)
  expect([second.statusCode, second.headers['retry-after']]).toEqual([503, '1000'])
  const third = send(40)
  await vi.waitFor(() => expect(underWay).toHaveLength(2))
  for (const res of underWay) res.end()
  expect([(await first).statusCode, (await third).statusCode]).toEqual([200, 200])
})

test('room is given back when the answer was sent, and by who leaves, before or after the body has arrived', async () => {
  const { begin, send, underWay, refused } = await startServer(100)
  for (let turn = 0; turn < 3; turn += 1) {
    const answered = send(90)
    await vi.waitFor(() => expect(underWay).toHaveLength(1))
    underWay.pop()?.end()
    await answered

    const leaving = begin().on('error', () => undefined)
    leaving.end(Buffer.alloc(90))
    await vi.waitFor(() => expect(underWay).toHaveLength(1))
    leaving.destroy()
    await once(underWay.pop() ?? leaving, 'close')

    const breakingOff = begin().on('error', () => undefined)
    breakingOff.setHeader('content-length', 95)
    breakingOff.write(Buffer.alloc(90))
    // Half a body takes its place too.
    await vi.waitFor(async () => expect((await send(20)).statusCode).toBe(503))
    const before = refused.length
    breakingOff.destroy()
    await vi.waitFor(() => expect(refused.slice(before)).toContain('invalid_request'))
  }
})

test('a body that does not say how large it is is refused as soon as it is too large', async () => {
  const { begin } = await startServer(1024 * 1024 * 1024)
  const sending = begin().on('error', () => undefined)
  const answered = once(sending, 'response')
  for (let megabytes = 0; megabytes < 33; megabytes += 1) sending.write(Buffer.alloc(1024 * 1024))
  const responses: IncomingMessage[] = await answered
  expect(responses[0]?.statusCode).toBe(413)
  sending.destroy()
})
