import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventBus } from '../../platform/events.ts'
import type { RouteCache } from '../../platform/route-cache.ts'
import type { PeopleDependencies } from './dependencies.ts'
import type { PeopleEvents } from './events.ts'
import { generateAvatar } from './generated-avatar.ts'
import { findImage } from './store.ts'

const imageTag = (username: string) => `image:${username.toLowerCase()}`

/** Answers the avatar of a username: uploaded, or generated for anybody else, known or not. */
export async function sendUserImage(
  { db, routeCache, openAvatar }: PeopleDependencies,
  { username, v }: { username: string; v?: string },
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const input = { username: username.toLowerCase(), v }
  const fileId = await routeCache.get<string | null>(
    { route: '/api/userImage', scope: 'everybody', input, tags: [imageTag(username)] },
    () => findImage(db, username, v),
  )
  const avatar = fileId === null ? null : await openAvatar(fileId)
  const generated = generateAvatar(username)
  const etag = avatar ? `"f-${fileId}"` : generated.etag
  void reply
    .header('etag', etag)
    .header('cache-control', `public, max-age=${v === undefined ? 300 : 86_400}`)
    .header('content-security-policy', "default-src 'none'; sandbox")
  if (request.headers['if-none-match'] === etag) {
    avatar?.stream.destroy()
    return reply.status(304).send()
  }
  return avatar ? reply.type(avatar.mime).send(avatar.stream) : reply.type('image/svg+xml').send(generated.svg)
}

/** Drops, on every node, which picture belongs to a username when its person chooses another. */
export function dropImages(events: EventBus<PeopleEvents>, routeCache: RouteCache): void {
  events.onEveryNode('user.updated', ({ user }) => routeCache.drop(imageTag(user.username)))
}
