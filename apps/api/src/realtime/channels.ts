/** Names of the sets of sockets an event is sent to. */
export const userChannel = (userId: string) => `user:${userId}`
export const sessionChannel = (sessionId: string) => `session:${sessionId}`
/** Everybody in a workspace. */
export const workspaceChannel = (workspaceId: string) => `workspace:${workspaceId}`
export const roomChannel = (roomId: string) => `room:${roomId}`
export const isRoomChannel = (channel: string) => channel.startsWith('room:')
/** Those who watch somebody's presence. */
export const presenceChannel = (userId: string) => `presence:${userId}`
