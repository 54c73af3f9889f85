import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { countTokens as countSlice, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base'
import { isObject, type JsonObject } from './json.ts'
import type { Metered } from './meter.ts'

/*
 * Loading the vocabulary of o200k takes about 0.2 s and 75 MB once. It is OpenAI's; other providers cut texts a little differently, which
 * is near enough for holding a budget until the provider tells the real count.
 */

// The tokenizer's own cache keeps slices of texts, and with each slice the whole request it was cut from.
setMergeCacheSize(0)

/** Where each API has what its model reads: texts, and definitions that reach the model nearly as they are written. */
const inputFields: Record<Metered, { texts: readonly string[]; definitions: readonly string[] }> = {
  chat: { texts: ['messages'], definitions: ['tools', 'functions', 'response_format'] },
  responses: { texts: ['instructions', 'input'], definitions: ['tools', 'text'] },
  messages: { texts: ['system', 'messages'], definitions: ['tools', 'output_config'] },
  gemini: { texts: ['systemInstruction', 'system_instruction', 'contents'], definitions: ['tools'] },
  completions: { texts: ['prompt', 'suffix'], definitions: [] },
  embeddings: { texts: ['input'], definitions: [] },
  images: { texts: ['prompt'], definitions: [] },
  audio: { texts: ['input', 'instructions', 'prompt'], definitions: [] },
  rerank: { texts: ['query', 'documents'], definitions: [] },
}

const conversations: ReadonlySet<Metered> = new Set<Metered>(['chat', 'responses', 'messages', 'gemini'])

/** A message costs its text and these, by OpenAI's published way of counting; the answer is primed with as many. */
const tokensPerMessage = 3
/** What a picture costs: OpenAI's price of low detail, and of a square of 1,024 pixels in high detail. */
const lowDetailTokens = 85
const pictureTokens = 765
/** OpenAI counts 10 tokens a second of sound; MP3 of 128 kbit has 16,000 bytes of it. */
const soundBytesPerToken = 1600
/** A page of PDF is of the order of 50 kB and 2,000 tokens. */
const documentBytesPerToken = 25
const documentTokensMax = 100_000

/** Up to here every byte is counted, which takes about a millisecond; of longer input only as many, in samples spread over it. */
const countedBytesMax = 8192
const sampleCharacters = 128
/** The tokenizer's time grows with the square of an unbroken run, so texts are cut to this length. */
const sliceCharacters = 128

/** Strings under these keys are not read by the model as text. */
const silentKeys = new Set([
  'type',
  'role',
  'id',
  'tool_call_id',
  'tool_use_id',
  'call_id',
  'detail',
  'media_type',
  'mimeType',
  'mime_type',
  'format',
  'signature',
  'thoughtSignature',
  'encrypted_content',
  'cache_control',
  'file_id',
])

interface Tally {
  tokens: number
  texts: string[]
}

function bytesOf(data: unknown): number {
  return typeof data === 'string' ? Math.floor(data.length * 0.75) : 0
}

function documentTokens(data: unknown): number {
  return Math.min(documentTokensMax, Math.ceil(bytesOf(data) / documentBytesPerToken))
}

function soundTokens(data: unknown): number {
  return Math.ceil(bytesOf(data) / soundBytesPerToken)
}

function mediaTokens(mediaType: unknown, data: unknown): number {
  if (typeof mediaType !== 'string' || mediaType.startsWith('image/')) return pictureTokens
  return mediaType.startsWith('audio/') ? soundTokens(data) : documentTokens(data)
}

/** The cost of what is no text, in any dialect's words; null for anything else. */
function costOfMedia(part: JsonObject): number | null {
  switch (part.type) {
    case 'image_url': {
      const isLow = isObject(part.image_url) && part.image_url.detail === 'low'
      return isLow ? lowDetailTokens : pictureTokens
    }
    case 'input_image':
      return part.detail === 'low' ? lowDetailTokens : pictureTokens
    case 'image':
      return pictureTokens
    case 'input_audio':
      return soundTokens(isObject(part.input_audio) ? part.input_audio.data : part.data)
    case 'file':
      return documentTokens(isObject(part.file) ? part.file.file_data : '')
    case 'input_file':
      return documentTokens(part.file_data)
    case 'base64':
      return mediaTokens(part.media_type, part.data)
    default:
      break
  }
  const inline = part.inlineData ?? part.inline_data
  if (isObject(inline)) return mediaTokens(inline.mimeType ?? inline.mime_type, inline.data)
  return part.fileData || part.file_data ? pictureTokens : null
}

function collect(value: unknown, tally: Tally) {
  if (typeof value === 'string') {
    tally.texts.push(value)
  } else if (typeof value === 'number') {
    // A prompt may be given as tokens.
    tally.tokens += 1
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, tally)
  } else if (isObject(value)) {
    const cost = costOfMedia(value)
    if (cost !== null) {
      tally.tokens += cost
      return
    }
    if ('role' in value) tally.tokens += tokensPerMessage
    for (const [key, child] of Object.entries(value)) if (!silentKeys.has(key)) collect(child, tally)
  }
}

const noSpecialTokens = { disallowedSpecial: new Set<string>() }

/** Shorter texts are counted faster than they are looked up. */
const rememberedLengthMin = 64

/**
 * Counts of texts seen before, by hash, so that no prompt stays in memory: every turn of a conversation sends all earlier
 * ones again, and every call of a program its instructions.
 */
const remembered = new LRUCache<string, number>({ max: 20_000 })

function countText(text: string): number {
  if (text.length < rememberedLengthMin) return countAnew(text)
  const name = hash('sha256', text, 'base64url')
  const known = remembered.get(name)
  if (known !== undefined) return known
  const tokens = countAnew(text)
  remembered.set(name, tokens)
  return tokens
}

/** Counts a text in slices that end before a space, where a token ends as well. */
function countAnew(text: string): number {
  let tokens = 0
  let start = 0
  while (start < text.length) {
    let end = Math.min(text.length, start + sliceCharacters)
    if (end < text.length) {
      const space = text.lastIndexOf(' ', end)
      if (space > start) end = space
    }
    tokens += countSlice(text.slice(start, end), noSpecialTokens)
    start = end
  }
  return tokens
}

/** The golden ratio's fraction: multiples of it are spread evenly, and keep no step with texts that repeat. */
const goldenFraction = 0.618_033_988_75

/** Counts samples spread over all texts as if they were one, and multiplies. */
function estimate(texts: readonly string[], bytes: number): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  const stride = (sampleCharacters * bytes) / countedBytesMax
  const sampleStart = (sample: number) => (sample + ((sample * goldenFraction) % 1)) * stride
  let tokens = 0
  let sampled = 0
  let textStart = 0
  let sample = 0
  for (const text of texts) {
    for (; sampleStart(sample) < textStart + text.length; sample += 1) {
      const from = Math.floor(sampleStart(sample) - textStart)
      const slice = text.slice(from, from + sampleCharacters)
      tokens += countText(slice)
      sampled += slice.length
    }
    textStart += text.length
  }
  return sampled === 0 ? 0 : Math.ceil((tokens * characters) / sampled)
}

function countTexts(texts: readonly string[]): number {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes > countedBytesMax) return estimate(texts, bytes)
  return texts.reduce((sum, text) => sum + countText(text), 0)
}

/** The tokens of a text; of a long one an estimate. */
export function countTokens(text: string): number {
  return countTexts([text])
}

/** The input tokens of a request: exact as far as its texts are short, an estimate for long ones, pictures, sound and documents. */
export function countPromptTokens(metered: Metered, body: JsonObject): number {
  const tally: Tally = { tokens: conversations.has(metered) ? tokensPerMessage : 0, texts: [] }
  const { texts, definitions } = inputFields[metered]
  for (const field of texts) collect(body[field], tally)
  for (const field of definitions) if (body[field]) tally.texts.push(JSON.stringify(body[field]))
  return tally.tokens + countTexts(tally.texts)
}
