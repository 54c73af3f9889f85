import { setImmediate, setTimeout as pause } from 'node:timers/promises'
import type { ServerResponse } from 'node:http'

/** What is sent back. The same reply may be sent many times. */
export interface Reply {
  status: number
  headers: Record<string, string>
  /** What the body is made of, written one by one; of a stream each is one event. */
  parts: Iterable<Buffer>
  /** There for a stream: the parts from `start` up to `end` carry content. */
  stream?: { start: number; end: number }
  delivery?: Delivery
}

/** How a reply leaves, where that is not all at once. */
export interface Delivery {
  headersAfterMs?: number
  bodyAfterMs?: number
  /** Between parts; with 0 each leaves in a TCP write of its own. */
  pauseMs?: number
  /** The connection is destroyed after the last part, or stays open. */
  ending?: 'cut' | 'open'
  /** No status line is sent at all. */
  withoutHeaders?: true
}

export function jsonReply(status: number, headers: Record<string, string>, value: unknown): Reply {
  return bytesReply(status, { 'content-type': 'application/json', ...headers }, Buffer.from(JSON.stringify(value)))
}

export function bytesReply(status: number, headers: Record<string, string>, ...parts: Buffer[]): Reply {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return { status, headers: { ...headers, 'content-length': String(length) }, parts }
}

/** A stream of which the first `before` and the last `after` events carry no content. */
export function streamReply(headers: Record<string, string>, parts: Buffer[], before: number, after: number): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers },
    parts,
    stream: { start: before, end: parts.length - after },
  }
}

export function dataEvent(value: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`)
}

export function namedEvent<T extends { type: string }>(value: T): Buffer {
  return Buffer.from(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`)
}

/** Sends a reply; answers how many bytes of body were written. */
export function deliver(
  response: ServerResponse,
  { status, headers, parts, delivery }: Reply,
): number | Promise<number> {
  if (delivery) return drip(response, { status, headers, parts, delivery })
  response.writeHead(status, headers)
  let written = 0
  for (const part of parts) {
    response.write(part)
    written += part.length
  }
  response.end()
  return written
}

async function drip(response: ServerResponse, reply: Reply & { delivery: Delivery }): Promise<number> {
  const { headersAfterMs, bodyAfterMs, pauseMs, ending, withoutHeaders } = reply.delivery
  let written = 0
  if (headersAfterMs !== undefined) await untilClosed(response, headersAfterMs)
  if (response.destroyed) return written
  if (!withoutHeaders) {
    response.writeHead(reply.status, reply.headers)
    response.flushHeaders()
  }
  if (bodyAfterMs !== undefined) await untilClosed(response, bodyAfterMs)
  for (const part of reply.parts) {
    if (response.destroyed) return written
    written += part.length
    if (!response.write(part)) await drained(response)
    if (pauseMs === 0) await setImmediate()
    else if (pauseMs !== undefined) await untilClosed(response, pauseMs)
  }
  if (ending === 'cut') await cut(response)
  else if (ending !== 'open') response.end()
  return written
}

/** What was written is let out first, so that the reader gets all of it before the connection breaks. */
async function cut(response: ServerResponse): Promise<void> {
  await pause(1)
  response.destroy()
}

/** Waits for a time, or until the reader is gone. */
async function untilClosed(response: ServerResponse, delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = () => {
      clearTimeout(timer)
      response.off('close', go)
      resolve()
    }
    const timer = setTimeout(go, delayMs)
    response.on('close', go)
  })
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go)
      response.off('close', go)
      resolve()
    }
    response.on('drain', go)
    response.on('close', go)
  })
}
