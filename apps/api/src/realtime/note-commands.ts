import type { CommandName } from '@parley/protocol/realtime'
import type { Gateway } from './gateway.ts'

/** Commands after which nothing is stored that their sender could miss. */
const asking: ReadonlySet<CommandName> = new Set([
  'room.sync',
  'room.typing',
  'presence.watch',
  'presence.set',
  'session.heads',
])

/** A gateway that says who may have written by a command, before they are answered. */
export const noteCommands = (gateway: Gateway, wrote: (userId: string) => Promise<void>): Gateway => ({
  ...gateway,
  command: (name, handler) =>
    gateway.command(
      name,
      asking.has(name)
        ? handler
        : async (input, connection) => {
            try {
              return await handler(input, connection)
            } finally {
              await wrote(connection.actor.userId)
            }
          },
    ),
})
