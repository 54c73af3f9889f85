import type { ContentPart, Part, Source, ToolCallPart, ToolResultPart, Turn } from '../conversation.ts'
import { joinedText } from '../conversation.ts'
import { unsupported } from '../dialect-error.ts'
import { isObject, type JsonObject, optional, parsed, requiredObject, requiredString } from '../json.ts'
import { callInput } from '../messages/content.ts'

/** Gemini takes every field in either spelling: `inlineData` and `inline_data`. */
export function field(object: JsonObject, name: string): unknown {
  return object[name] ?? object[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]
}

function mediaPart(source: Source, mediaType: string): ContentPart {
  if (mediaType.startsWith('image/')) return { kind: 'image', source }
  if (mediaType.startsWith('audio/')) return { kind: 'audio', source }
  return { kind: 'document', source }
}

function readMedia(part: JsonObject, path: string): ContentPart | null {
  const inline = optional(field(part, 'inlineData'), `${path}.inlineData`, requiredObject)
  if (inline) {
    const mediaType = requiredString(field(inline, 'mimeType'), `${path}.inlineData.mimeType`)
    const data = requiredString(inline.data, `${path}.inlineData.data`)
    return mediaPart({ kind: 'data', mediaType, data }, mediaType)
  }
  const file = optional(field(part, 'fileData'), `${path}.fileData`, requiredObject)
  if (!file) return null
  const url = requiredString(field(file, 'fileUri'), `${path}.fileData.fileUri`)
  const isGoogles = url.startsWith('https://generativelanguage.googleapis.com/') || url.startsWith('gs://')
  const mediaType = optional(field(file, 'mimeType'), `${path}.fileData.mimeType`, requiredString)
  return mediaPart(isGoogles ? { kind: 'file', fileId: url } : { kind: 'url', url }, mediaType ?? mediaTypeOf(url))
}

/** What a function answered, as text: the `output` or `error` that Google's libraries wrap a text in, else the whole object. */
function responseText(response: JsonObject): { text: string; isError: boolean } {
  const [only, ...others] = Object.keys(response)
  const value = only === undefined || others.length > 0 ? undefined : response[only]
  const isError = only === 'error'
  if ((only === 'output' || isError) && typeof value === 'string') return { text: value, isError }
  return { text: JSON.stringify(response), isError }
}

/** Reads parts in order. Calls may have no id in this dialect: they get one, and results find theirs by name. */
export function createPartReader(): (value: unknown, path: string) => Part {
  let count = 0
  const unanswered: { id: string; name: string }[] = []

  function readCall(call: JsonObject, signature: unknown, path: string): ToolCallPart {
    const name = requiredString(call.name, `${path}.name`)
    const id = optional(call.id, `${path}.id`, requiredString) ?? `call_${count}`
    count += 1
    unanswered.push({ id, name })
    const args = optional(call.args, `${path}.args`, requiredObject) ?? {}
    return {
      kind: 'toolCall',
      id,
      name,
      arguments: JSON.stringify(args),
      ...(typeof signature === 'string' && { signature: { by: 'gemini', value: signature } }),
    }
  }

  function readResult(response: JsonObject, path: string): ToolResultPart {
    const name = requiredString(response.name, `${path}.name`)
    const given = optional(response.id, `${path}.id`, requiredString)
    const at = unanswered.findIndex((call) => (given === undefined ? call.name === name : call.id === given))
    const [call] = at < 0 ? [] : unanswered.splice(at, 1)
    const { text, isError } = responseText(optional(response.response, `${path}.response`, requiredObject) ?? {})
    return { kind: 'toolResult', callId: call?.id ?? given ?? name, parts: [{ kind: 'text', text }], isError }
  }

  return (value, path) => {
    const part = requiredObject(value, path)
    const call = optional(field(part, 'functionCall'), `${path}.functionCall`, requiredObject)
    if (call) return readCall(call, field(part, 'thoughtSignature'), `${path}.functionCall`)
    const response = optional(field(part, 'functionResponse'), `${path}.functionResponse`, requiredObject)
    if (response) return readResult(response, `${path}.functionResponse`)
    const media = readMedia(part, path)
    if (media) return media
    const { text } = part
    if (typeof text !== 'string') throw unsupported(path, `A part with ${Object.keys(part).join(', ')}`)
    return part.thought === true ? { kind: 'thinking', text } : { kind: 'text', text }
  }
}

const mediaTypes: Record<string, string> = {
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
}

/** Gemini wants to be told what is behind a URL; its ending is all there is to go by. */
function mediaTypeOf(url: string): string {
  const ending = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? ''
  return mediaTypes[ending] ?? 'image/jpeg'
}

function writeContent(part: ContentPart, path: string): JsonObject[] {
  if (part.kind === 'text') return part.text === '' ? [] : [{ text: part.text }]
  const { source } = part
  switch (source.kind) {
    case 'file':
      throw unsupported(path, 'A file stored with another provider')
    case 'text':
      return [{ text: source.text }]
    case 'data':
      return [{ inlineData: { mimeType: source.mediaType, data: source.data } }]
    default: {
      const mimeType = part.kind === 'document' ? 'application/pdf' : mediaTypeOf(source.url)
      return [{ fileData: { mimeType, fileUri: source.url } }]
    }
  }
}

/** Gemini 3 refuses calls without the signature it gave them; Google names this value for calls that other models made. */
const foreignSignature = 'skip_thought_signature_validator'

function writeCall(call: ToolCallPart, path: string, needsSignature: boolean): JsonObject {
  const own = call.signature?.by === 'gemini' ? call.signature.value : undefined
  const thoughtSignature = own ?? (needsSignature ? foreignSignature : undefined)
  return {
    functionCall: { id: call.id, name: call.name, args: callInput(call, path) },
    ...(thoughtSignature !== undefined && { thoughtSignature }),
  }
}

function writeResult(result: ToolResultPart, name: string, path: string): JsonObject[] {
  const text = joinedText(result.parts, '\n')
  const value = parsed(text)
  const response = isObject(value) && !result.isError ? value : { [result.isError ? 'error' : 'output']: text }
  const media = result.parts.filter((part) => part.kind !== 'text').flatMap((part) => writeContent(part, path))
  return [{ functionResponse: { id: result.callId, name, response } }, ...media]
}

/** The parts of a turn. `names` holds what each call so far was for, since results are told apart by it. */
export function writeParts(turn: Turn, names: Map<string, string>, needsSignatures: boolean): JsonObject[] {
  let isFirstCall = true
  return turn.parts.flatMap((part): JsonObject[] => {
    switch (part.kind) {
      case 'toolCall': {
        names.set(part.id, part.name)
        // Of parallel calls only the first is signed.
        const written = writeCall(part, turn.path, needsSignatures && isFirstCall)
        isFirstCall = false
        return [written]
      }
      case 'toolResult':
        return writeResult(part, names.get(part.callId) ?? part.callId, turn.path)
      case 'refusal':
        return part.text === '' ? [] : [{ text: part.text }]
      case 'thinking':
        return []
      default:
        return writeContent(part, turn.path)
    }
  })
}
