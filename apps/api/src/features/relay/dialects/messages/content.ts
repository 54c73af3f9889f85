import type { ContentPart, Part, Source, ToolCallPart, Turn } from '../conversation.ts'
import { refused, unsupported, unsupportedType } from '../dialect-error.ts'
import {
  boolean,
  isObject,
  type JsonObject,
  optional,
  parsed,
  requiredArray,
  requiredObject,
  requiredString,
} from '../json.ts'
import { openSignature } from '../signature.ts'
import { sourceOfUrl } from '../source.ts'

function readSource(value: unknown, path: string): Source {
  const source = requiredObject(value, path)
  const field = (key: string) => requiredString(source[key], `${path}.${key}`)
  switch (source.type) {
    case 'base64':
      return { kind: 'data', mediaType: field('media_type'), data: field('data') }
    case 'url':
      return sourceOfUrl(field('url'))
    case 'file':
      return { kind: 'file', fileId: field('file_id') }
    case 'text':
      return { kind: 'text', text: field('data') }
    default:
      throw unsupportedType(path, 'A source', source.type)
  }
}

function readContentBlock(block: JsonObject, path: string): ContentPart {
  switch (block.type) {
    case 'text':
      return { kind: 'text', text: requiredString(block.text, `${path}.text`) }
    case 'image':
      return { kind: 'image', source: readSource(block.source, `${path}.source`) }
    case 'document': {
      const name = optional(block.title, `${path}.title`, requiredString)
      return { kind: 'document', source: readSource(block.source, `${path}.source`), name }
    }
    default:
      throw unsupportedType(path, 'Content', block.type)
  }
}

function readToolResult(block: JsonObject, path: string): Part {
  const content = block.content
  const texts: ContentPart[] = typeof content === 'string' && content !== '' ? [{ kind: 'text', text: content }] : []
  const items = typeof content === 'string' ? [] : (optional(content, `${path}.content`, requiredArray) ?? [])
  const parts = items.map((item, index) => {
    const itemPath = `${path}.content[${index}]`
    return readContentBlock(requiredObject(item, itemPath), itemPath)
  })
  return {
    kind: 'toolResult',
    callId: requiredString(block.tool_use_id, `${path}.tool_use_id`),
    parts: [...texts, ...parts],
    isError: optional(block.is_error, `${path}.is_error`, boolean) ?? false,
  }
}

function readBlock(value: unknown, path: string): Part {
  const block = requiredObject(value, path)
  const field = (key: string) => requiredString(block[key], `${path}.${key}`)
  switch (block.type) {
    case 'thinking': {
      const signature = optional(block.signature, `${path}.signature`, requiredString)
      const text = field('thinking')
      return { kind: 'thinking', text, ...(signature && openSignature(signature, 'messages')) }
    }
    case 'redacted_thinking':
      return { kind: 'thinking', text: '', ...openSignature(field('data'), 'messages'), redacted: true }
    case 'tool_use':
      return {
        kind: 'toolCall',
        id: field('id'),
        name: field('name'),
        arguments: JSON.stringify(requiredObject(block.input ?? {}, `${path}.input`)),
      }
    case 'tool_result':
      return readToolResult(block, path)
    default:
      return readContentBlock(block, path)
  }
}

/** Content as Anthropic takes it: a text or blocks. */
export function readBlocks(value: unknown, path: string): Part[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  return requiredArray(value, path).map((block, index) => readBlock(block, `${path}[${index}]`))
}

/** Anthropic takes only these characters in the id of a call; the same id becomes the same everywhere. */
function callId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
}

function writeSource(source: Source, path: string): JsonObject {
  if (source.kind === 'file') throw unsupported(path, 'A file stored with another provider')
  if (source.kind === 'url') return { type: 'url', url: source.url }
  if (source.kind === 'text') return { type: 'text', media_type: 'text/plain', data: source.text }
  return { type: 'base64', media_type: source.mediaType, data: source.data }
}

/** The arguments of a call as an object, which is all Anthropic and Gemini take. */
export function callInput(call: ToolCallPart, path: string): JsonObject {
  const input = call.arguments.trim() === '' ? {} : parsed(call.arguments)
  if (!isObject(input)) throw refused(path, `The arguments of the call of ${call.name} are not a JSON object.`)
  return input
}

/** The same of an answer, which is kept even where the model did not write good JSON. */
export function looseInput(text: string): JsonObject {
  const input = text.trim() === '' ? {} : parsed(text)
  return isObject(input) ? input : { arguments: text }
}

/** A part as a block; none for what Anthropic refuses: empty texts, thoughts it did not sign. */
export function writeBlocks(part: Part, turn: Pick<Turn, 'path'>): JsonObject[] {
  const { path } = turn
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'image':
      return [{ type: 'image', source: writeSource(part.source, path) }]
    case 'document': {
      const title = part.name === undefined ? {} : { title: part.name }
      return [{ type: 'document', source: writeSource(part.source, path), ...title }]
    }
    case 'audio':
      throw unsupported(path, 'Sound')
    case 'thinking':
      if (part.signature?.by !== 'messages') return []
      if (part.redacted) return [{ type: 'redacted_thinking', data: part.signature.value }]
      return [{ type: 'thinking', thinking: part.text, signature: part.signature.value }]
    case 'toolCall':
      return [{ type: 'tool_use', id: callId(part.id), name: part.name, input: callInput(part, path) }]
    default:
      return [
        {
          type: 'tool_result',
          tool_use_id: callId(part.callId),
          content: part.parts.flatMap((item) => writeBlocks(item, turn)),
          ...(part.isError && { is_error: true }),
        },
      ]
  }
}
