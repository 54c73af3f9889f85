import {
  type ContentPart,
  newId,
  type Part,
  type RefusalPart,
  type Signature,
  type Source,
  type ThinkingPart,
  type Turn,
} from '../conversation.ts'
import { refused, unsupported, unsupportedType } from '../dialect-error.ts'
import { type JsonObject, objectsOf, optional, requiredArray, requiredObject, requiredString, textOf } from '../json.ts'
import { openSignature } from '../signature.ts'
import { sourceOfUrl, urlOfSource } from '../source.ts'

function readFileSource(part: JsonObject, path: string): Source {
  const text = (key: string) => optional(part[key], `${path}.${key}`, requiredString)
  const fileId = text('file_id')
  if (fileId !== undefined) return { kind: 'file', fileId }
  const url = text('file_url')
  if (url !== undefined) return sourceOfUrl(url)
  const data = requiredString(part.file_data, `${path}.file_data`)
  const source = sourceOfUrl(data)
  return source.kind === 'data' ? source : { kind: 'data', mediaType: 'application/pdf', data }
}

function readPart(value: unknown, path: string): ContentPart | RefusalPart {
  const part = requiredObject(value, path)
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { kind: 'text', text: requiredString(part.text, `${path}.text`) }
    case 'refusal':
      return { kind: 'refusal', text: requiredString(part.refusal, `${path}.refusal`) }
    case 'input_image': {
      const fileId = optional(part.file_id, `${path}.file_id`, requiredString)
      const wanted = optional(part.detail, `${path}.detail`, requiredString)
      // The default, which other dialects leave out.
      const detail = wanted === 'auto' ? undefined : wanted
      if (fileId !== undefined) return { kind: 'image', source: { kind: 'file', fileId }, detail }
      const url = requiredString(part.image_url, `${path}.image_url`)
      return { kind: 'image', source: sourceOfUrl(url), detail }
    }
    case 'input_file': {
      const name = optional(part.filename, `${path}.filename`, requiredString)
      return { kind: 'document', source: readFileSource(part, path), name }
    }
    default:
      throw unsupportedType(path, 'Content', part.type)
  }
}

/** The content of a message or the output of a call: a text or parts. */
export function readInputContent(value: unknown, path: string): (ContentPart | RefusalPart)[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  return requiredArray(value, path).map((part, index) => readPart(part, `${path}[${index}]`))
}

/*
 * OpenAI takes a thought back by its id and its encrypted content together, so both make up its signature. What another provider
 * signed travels through a client of this dialect as encrypted content alone.
 */

/** A reasoning item of an upstream, or of a client who sends back what the relay gave it. */
export function readReasoning(item: JsonObject, from: 'upstream' | 'client'): ThinkingPart {
  const summary = objectsOf(item.summary).map((part) => textOf(part.text))
  const content = objectsOf(item.content).map((part) => textOf(part.text))
  const text = (summary.length > 0 ? summary : content).join('\n\n')
  const encrypted = textOf(item.encrypted_content)
  if (encrypted === '') return { kind: 'thinking', text }
  const own: Signature = { by: 'responses', value: `${textOf(item.id)}:${encrypted}` }
  if (from === 'upstream') return { kind: 'thinking', text, signature: own }
  const opened = openSignature(encrypted, 'responses')
  const isOwn = opened.signature?.by === 'responses' && opened.signature.value === encrypted
  return { kind: 'thinking', text, ...(isOwn ? { signature: own } : opened) }
}

/** A thought OpenAI signed, as the item it was; none for thoughts of others. */
export function writeReasoning({ text, signature }: ThinkingPart): JsonObject[] {
  if (signature?.by !== 'responses') return []
  const separator = signature.value.indexOf(':')
  return [
    {
      type: 'reasoning',
      id: signature.value.slice(0, separator) || newId('rs_'),
      summary: text === '' ? [] : [{ type: 'summary_text', text }],
      encrypted_content: signature.value.slice(separator + 1),
    },
  ]
}

function writeFile(part: Extract<ContentPart, { kind: 'document' }>, path: string): JsonObject {
  const { source } = part
  if (source.kind === 'file') throw unsupported(path, 'A file stored with another provider')
  if (source.kind === 'text') return { type: 'input_text', text: source.text }
  if (source.kind === 'url') return { type: 'input_file', file_url: source.url }
  return { type: 'input_file', filename: part.name ?? 'document.pdf', file_data: urlOfSource(source) }
}

/** A part as input; none for what is no content. */
export function writeInputPart(part: Part, { path }: Pick<Turn, 'path'>): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return [{ type: 'input_text', text: part.text }]
    case 'image': {
      const { source, detail } = part
      if (source.kind === 'file' || source.kind === 'text')
        throw unsupported(path, 'A picture stored with another provider')
      return [{ type: 'input_image', image_url: urlOfSource(source), detail: detail ?? 'auto' }]
    }
    case 'document':
      return [writeFile(part, path)]
    case 'audio':
      throw refused(path, "Sound cannot be sent to this model's provider.")
    default:
      return []
  }
}
