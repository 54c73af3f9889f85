import type { ContentPart, Source, ToolCallPart, Turn } from '../conversation.ts'
import { refused, unsupported, unsupportedType } from '../dialect-error.ts'
import {
  isObject,
  type JsonObject,
  objectAt,
  optional,
  requiredArray,
  requiredObject,
  requiredString,
  textOf,
  withoutUndefined,
} from '../json.ts'
import { sourceOfUrl, urlOfSource } from '../source.ts'

function readFile(value: unknown, path: string): ContentPart {
  const file = requiredObject(value, path)
  const name = optional(file.filename, `${path}.filename`, requiredString)
  const fileId = optional(file.file_id, `${path}.file_id`, requiredString)
  if (fileId !== undefined) return { kind: 'document', source: { kind: 'file', fileId }, name }
  const data = requiredString(file.file_data, `${path}.file_data`)
  const source = sourceOfUrl(data)
  // The data may come without the head of a data URL; PDF is what the API was made for.
  const bare: Source = { kind: 'data', mediaType: 'application/pdf', data }
  return { kind: 'document', source: source.kind === 'data' ? source : bare, name }
}

function readContentPart(value: unknown, path: string): ContentPart {
  const part = requiredObject(value, path)
  switch (part.type) {
    case 'text':
      return { kind: 'text', text: requiredString(part.text, `${path}.text`) }
    case 'refusal':
      return { kind: 'text', text: requiredString(part.refusal, `${path}.refusal`) }
    case 'image_url': {
      const image = requiredObject(part.image_url, `${path}.image_url`)
      const source = sourceOfUrl(requiredString(image.url, `${path}.image_url.url`))
      return { kind: 'image', source, detail: optional(image.detail, `${path}.image_url.detail`, requiredString) }
    }
    case 'input_audio': {
      const audio = requiredObject(part.input_audio, `${path}.input_audio`)
      const format = requiredString(audio.format, `${path}.input_audio.format`)
      const data = requiredString(audio.data, `${path}.input_audio.data`)
      return { kind: 'audio', source: { kind: 'data', mediaType: `audio/${format}`, data } }
    }
    case 'file':
      return readFile(part.file, `${path}.file`)
    default:
      throw unsupportedType(path, 'Content', part.type)
  }
}

/** A message's content: a text, parts, or nothing beside tool calls. */
export function readChatContent(value: unknown, path: string): ContentPart[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  return requiredArray(value, path).map((part, index) => readContentPart(part, `${path}[${index}]`))
}

export function readChatToolCall(value: unknown, path: string): ToolCallPart {
  const call = requiredObject(value, path)
  if (call.type !== undefined && call.type !== 'function') throw unsupportedType(path, 'A tool call', call.type)
  const called = requiredObject(call.function, `${path}.function`)
  const signature = objectAt(objectAt(call, 'extra_content'), 'google').thought_signature
  return {
    kind: 'toolCall',
    id: requiredString(call.id, `${path}.id`),
    name: requiredString(called.name, `${path}.function.name`),
    arguments: optional(called.arguments, `${path}.function.arguments`, requiredString) ?? '',
    ...(typeof signature === 'string' && { signature: { by: 'gemini', value: signature } }),
  }
}

export function writeChatToolCall(call: ToolCallPart): JsonObject {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments || '{}' },
    // Google's own place for it in this dialect; without it a later call to Gemini 3 is refused.
    ...(call.signature?.by === 'gemini' && {
      extra_content: { google: { thought_signature: call.signature.value } },
    }),
  }
}

function writeContentPart(part: ContentPart, path: string): JsonObject {
  if (part.kind === 'text') return { type: 'text', text: part.text }
  const { source } = part
  if (source.kind === 'file') throw unsupported(path, 'A file stored with another provider')
  if (source.kind === 'text') return { type: 'text', text: source.text }
  if (part.kind === 'image')
    return { type: 'image_url', image_url: withoutUndefined({ url: urlOfSource(source), detail: part.detail }) }
  if (source.kind === 'url')
    throw refused(path, 'Send documents and sound as data: this provider takes no URL of them.')
  if (part.kind === 'document')
    return { type: 'file', file: { filename: part.name ?? 'document.pdf', file_data: urlOfSource(source) } }
  const format = source.mediaType === 'audio/mpeg' ? 'mp3' : source.mediaType.replace(/^audio\/(x-)?/, '')
  if (format !== 'wav' && format !== 'mp3') throw refused(path, 'Sound must be WAV or MP3 for this provider.')
  return { type: 'input_audio', input_audio: { data: source.data, format } }
}

/** The content of a user's message; a plain text where parts are not needed, which old servers understand as well. */
export function writeChatContent(parts: ContentPart[], turn: Turn): string | JsonObject[] {
  const [first] = parts
  if (first?.kind === 'text' && parts.length === 1) return first.text
  return parts.map((part) => writeContentPart(part, turn.path))
}

/** An upstream's text content, which some write as parts. */
export function looseText(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content)
  return content.map((part) => (isObject(part) ? textOf(part.text) : '')).join('')
}
