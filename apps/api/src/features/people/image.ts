import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PeopleDependencies } from './dependencies.ts'
import { generateAvatar } from './generated-avatar.ts'
import { findImage } from './store.ts'

/** Answers the avatar of a username: uploaded, or generated for anybody else, known or not. */
export async function sendUserImage(
  { db, openAvatar }: PeopleDependencies,
  { username, v }: { username: string; v?: string },
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const fileId = await findImage(db, username, v)
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
