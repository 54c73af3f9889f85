import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { uploadFile, type FileEntity } from '@parley/protocol/files'
import sharp from 'sharp'
import Value from 'typebox/value'
import type { TestApi, TestUser } from './harness.ts'

interface Upload {
  bytes: Uint8Array<ArrayBuffer> | string
  name?: string
  type?: string
  fields?: Record<string, string>
}

/** Posts a multipart upload as a browser would; answers the response as it came. */
export function postUpload(api: TestApi, user: TestUser | null, given: Upload): Promise<Response> {
  const { bytes, name = 'file.bin', type = 'application/octet-stream', fields = { scene: 'message' } } = given
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) form.append(key, value)
  form.append('file', new Blob([bytes], { type }), name)
  const headers = user ? { authorization: `Bearer ${user.accessToken}` } : undefined
  return fetch(new URL(uploadFile.path, api.url), { method: 'POST', body: form, headers })
}

/** Uploads and answers the file; throws unless it was taken. */
export async function upload(api: TestApi, user: TestUser, given: Upload): Promise<FileEntity> {
  const response = await postUpload(api, user, given)
  const body: unknown = await response.json()
  if (response.status !== 201 || !Value.Check(uploadFile.response, body))
    throw new Error(`upload answered ${response.status}: ${JSON.stringify(body)}`)
  return body
}

/** Bytes as forms take them. */
export const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> => Uint8Array.from(buffer)

/** A JPEG that says who made it. */
export const picture = async (width = 60, height = 40) =>
  bytesOf(
    await sharp({ create: { width, height, channels: 3, background: '#2f6f5e' } })
      .jpeg()
      .withExif({ IFD0: { Artist: 'Nobody' } })
      .toBuffer(),
  )

/** Asks for the bytes of a file; `query` is appended, what remains travels as headers. */
export const getFile = (
  api: TestApi,
  id: string,
  user: TestUser | null,
  { query = '', method = 'GET', ...headers }: Record<string, string> = {},
): Promise<Response> =>
  fetch(new URL(`/api/files/${id}${query}`, api.url), {
    method,
    headers: { ...(user && { authorization: `Bearer ${user.accessToken}` }), ...headers },
  })

/** What lies in the folder of uploads on their way in. */
export const incoming = (api: TestApi): Promise<string[]> => readdir(join(api.dataDir, 'incoming'))
