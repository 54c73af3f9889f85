import type { EventBus } from '../../platform/events.ts'
import { userChannel, workspaceChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { AccessEvents } from './events.ts'

/** Tells open pages that what their people may do has changed; what it is now, they ask. */
export function announceAccess(gateway: Gateway, events: EventBus<AccessEvents>): void {
  events.on('access.changed', ({ workspaceId, userIds }) => {
    const channels = userIds === 'all' ? [workspaceChannel(workspaceId)] : userIds.map(userChannel)
    for (const channel of channels) gateway.emit(channel, 'access.changed', {})
  })
}
