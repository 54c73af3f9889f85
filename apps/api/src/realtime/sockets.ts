import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { Actor } from '../platform/http/actor.ts'

interface SocketData {
  actor: Actor
}

// Untyped on purpose: input is `unknown` until the command's schema passed it, and output goes through `Gateway.emit`.
export type RealtimeServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>
export type RealtimeSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>

/** What is known of a connection by those who are told of it. */
export interface Connection {
  id: string
  actor: Actor
  /** Network address it came from. */
  address: string
}
