import { uploadFile, type FileEntity, type FileScene } from '@parley/protocol/files'
import { networkError } from './api-error.ts'
import { parsed, refused, type Rest } from './rest.ts'

export interface Upload {
  file: Blob
  name: string
  scene: FileScene
  /** Of images and videos. */
  width?: number
  height?: number
  durationMs?: number
  /** A voice message rather than an audio file. */
  voice?: boolean
}

export interface UploadOptions {
  /** Hears the share sent, from 0 to 1. */
  onProgress?: (share: number) => void
  signal?: AbortSignal
}

interface UploadRequest extends UploadOptions {
  url: string
  token: string | null
  form: FormData
}

/** Carries a form to the server; rejects when no answer came. */
export type UploadTransport = (request: UploadRequest) => Promise<{ status: number; text: string }>

/** Uploads one file. */
export async function upload(
  rest: Rest,
  transport: UploadTransport,
  { file, name, ...fields }: Upload,
  options: UploadOptions = {},
): Promise<FileEntity> {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) form.append(field, String(value))
  // Last: the server decides by the fields before it reads the bytes.
  form.append('file', file, name)
  const url = rest.origin + uploadFile.path
  return rest.withToken(async (token) => {
    const { status, text } = await transport({ url, token, form, ...options })
    const body = parsed(text)
    if (status !== uploadFile.status) throw refused(status, body)
    if (!isFileEntity(body)) throw networkError('The answer of the server could not be read.')
    return body
  })
}

/** By fetch, which cannot tell how far it is: progress jumps to the end. For Node. */
export function fetchUpload(send: typeof fetch = fetch): UploadTransport {
  return async ({ url, token, form, onProgress, signal }) => {
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
    const init: RequestInit = { method: 'POST', headers, body: form, credentials: 'include' }
    if (signal) init.signal = signal
    try {
      const response = await send(url, init)
      onProgress?.(1)
      return { status: response.status, text: await response.text() }
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      throw networkError('The upload broke off.', cause)
    }
  }
}

/** The part of XMLHttpRequest that an upload needs; browsers report progress by nothing else. */
export interface ProgressRequest {
  withCredentials: boolean
  readonly status: number
  readonly responseText: string
  readonly upload: {
    addEventListener: (type: 'progress', listener: (event: { loaded: number; total: number }) => void) => void
  }
  addEventListener: (type: 'load' | 'error' | 'abort', listener: () => void) => void
  open: (method: string, url: string) => void
  setRequestHeader: (name: string, value: string) => void
  send: (body: FormData) => void
  abort: () => void
}

/** By XMLHttpRequest, with progress. For browsers. */
export function progressUpload(newRequest: () => ProgressRequest): UploadTransport {
  return ({ url, token, form, onProgress, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
    if (signal?.aborted) return Promise.reject(signal.reason)
    const request = newRequest()
    const abort = () => request.abort()
    signal?.addEventListener('abort', abort)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0))
    request.addEventListener('load', () => resolve({ status: request.status, text: request.responseText }))
    request.addEventListener('error', () => reject(networkError('The upload broke off.')))
    request.addEventListener('abort', () => reject(signal?.reason ?? networkError('The upload broke off.')))
    request.open('POST', url)
    request.withCredentials = true
    if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`)
    request.send(form)
    return promise.finally(() => signal?.removeEventListener('abort', abort))
  }
}

const isFileEntity = (body: unknown): body is FileEntity =>
  typeof body === 'object' && body !== null && 'id' in body && 'kind' in body
