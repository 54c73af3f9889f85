import { afterEach, expect, it, vi } from 'vitest'
import { callChat, ChatFailure, listOwnModels } from './chat-call.ts'

afterEach(() => vi.unstubAllGlobals())

const answerWith = (body: string, init: ResponseInit = {}) =>
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(body, { ...init, headers: { 'x-request-id': 'request-1' } })),
  )

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const content = (text: string) => event({ choices: [{ delta: { content: text } }] })

async function call() {
  let text = ''
  let usage: unknown = null
  const onPiece = (piece: { text: string; usage: unknown }) => {
    text += piece.text
    usage ??= piece.usage
  }
  const { signal } = new AbortController()
  const requestId = await callChat({ key: 'pk', request: { model: 'm', messages: [] }, signal, onPiece })
  return { text, usage, requestId }
}

it('an answer comes in pieces, with its usage', async () => {
  const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } })
  answerWith(`: alive\n\n${content('你')}${content('好')}${usage}data: [DONE]\n\n`)
  expect(await call()).toEqual({
    text: '你好',
    usage: { inputTokens: 3, outputTokens: 2 },
    requestId: 'request-1',
  })
})

it.each([
  ['a stream that ends without its end', content('half'), {}, 'cut'],
  [
    'an error in the stream',
    content('half') + event({ error: { code: 'upstream_failed', message: 'x' } }),
    {},
    'upstream_failed',
  ],
  ['a refusal', JSON.stringify({ error: { code: 'quota_exceeded', message: 'x' } }), { status: 429 }, 'quota_exceeded'],
  ['the page of a proxy', '<html>', { status: 502 }, 'network'],
])('%s is a failure that names the call', async (_, body, init, code) => {
  answerWith(body, init)
  const failure = await call().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ChatFailure)
  expect(failure).toMatchObject({ code, requestId: 'request-1' })
})

it('the models of a key are listed by name', async () => {
  answerWith(JSON.stringify({ data: [{ id: 'a' }, { id: 'b' }, {}] }))
  expect(await listOwnModels('pk', new AbortController().signal)).toEqual(['a', 'b'])
})
