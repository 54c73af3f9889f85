import { uploadFile, type FileEntity } from '@parley/protocol/files'
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
