import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Answers an upgrade that is not made. */
export function refuseUpgrade(socket: Duplex, status: '403 Forbidden' | '404 Not Found'): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/**
 * Owns the server's `upgrade` event and hands each request to the protocol of its path. Two libraries that each listen
 * themselves destroy one another's connections, silently.
 */
export function dispatchUpgrades(server: HttpServer, handlers: ReadonlyMap<string, UpgradeHandler>): void {
  server.on('upgrade', (request, socket, head) => {
    // A peer that vanishes during the handshake must not take the process with it.
    socket.on('error', () => socket.destroy())
    const path = (request.url ?? '').split('?', 1)[0]?.replace(/\/$/, '') ?? ''
    const handler = handlers.get(path)
    if (handler) handler(request, socket, head)
    else refuseUpgrade(socket, '404 Not Found')
  })
}
