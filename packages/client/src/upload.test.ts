import { expect, test, vi } from 'vitest'
import { createRest } from './rest.ts'
import { fetchUpload, progressUpload, upload, type ProgressRequest } from './upload.ts'

const entity = { id: '5', scene: 'message', kind: 'file', name: 'a.txt', mime: 'text/plain', bytes: 2, createdAt: '' }
const file = { file: new Blob(['hi']), name: 'a.txt', scene: 'message' as const, durationMs: 7 }

function createCaller() {
  let token = 'old'
  const onExpired = vi.fn<() => Promise<string>>(async () => (token = 'new'))
  return createRest({ origin: 'http://parley.test', accessToken: () => token, onExpired })
}

test('the fields come before the file, and an expired token is refreshed', async () => {
  const forms: FormData[] = []
  const send: typeof fetch = async (_input, init) => {
    if (init?.body instanceof FormData) forms.push(init.body)
    if (new Headers(init?.headers).get('authorization') === 'Bearer new') return Response.json(entity, { status: 201 })
    return Response.json({ error: { code: 'TOKEN_EXPIRED', message: 'Expired.', requestId: 'r1' } }, { status: 401 })
  }
  expect(await upload(createCaller(), fetchUpload(send), file)).toEqual(entity)
  expect(forms.map((form) => [...form.keys()])).toEqual([
    ['scene', 'durationMs', 'file'],
    ['scene', 'durationMs', 'file'],
  ])
})

test('a refused upload throws its code', async () => {
  const answer = { error: { code: 'UNSUPPORTED_MEDIA', message: 'No.', requestId: 'r1' } }
  const transport = fetchUpload(async () => Response.json(answer, { status: 415 }))
  await expect(upload(createCaller(), transport, file)).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA' })
})

/** A browser's request, driven by the test. */
function createRequest() {
  const listeners = new Map<string, () => void>()
  let onProgress = (_event: { loaded: number; total: number }) => undefined as void
  const request: ProgressRequest = {
    withCredentials: false,
    status: 201,
    responseText: JSON.stringify(entity),
    upload: { addEventListener: (_type, listener) => void (onProgress = listener) },
    addEventListener: (type, listener) => void listeners.set(type, listener),
    open: () => undefined,
    setRequestHeader: () => undefined,
    send: () => undefined,
    abort: () => listeners.get('abort')?.(),
  }
  return {
    request,
    progress: (loaded: number) => onProgress({ loaded, total: 4 }),
    end: () => listeners.get('load')?.(),
  }
}

test('progress is told while the bytes go out', async () => {
  const { request, progress, end } = createRequest()
  const shares: number[] = []
  const done = upload(
    createCaller(),
    progressUpload(() => request),
    file,
    { onProgress: (share) => shares.push(share) },
  )
  progress(1)
  progress(4)
  end()
  expect(await done).toEqual(entity)
  expect(shares).toEqual([0.25, 1])
})

test('a cancelled upload ends with the reason of its signal', async () => {
  const { request } = createRequest()
  const cancel = new AbortController()
  const done = upload(
    createCaller(),
    progressUpload(() => request),
    file,
    { signal: cancel.signal },
  )
  cancel.abort(new Error('cancelled'))
  await expect(done).rejects.toThrow('cancelled')
})
