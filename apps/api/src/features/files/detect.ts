import { open } from 'node:fs/promises'
import type { FileKind } from '@parley/protocol/files'
import { fileTypeFromFile } from 'file-type'

/**
 * What a file is, judged by its content alone. `unreadable` is a photo that can neither be shown nor be cleaned of the
 * place it was taken at.
 */
export interface Detected {
  kind: FileKind | 'unreadable'
  mime: string
}

const images = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/avif'])
const videos = new Set(['video/mp4', 'video/webm', 'video/quicktime'])
const audios = new Map([
  ['audio/mpeg', 'audio/mpeg'],
  ['audio/ogg', 'audio/ogg'],
  ['audio/mp4', 'audio/mp4'],
  ['audio/x-m4a', 'audio/mp4'],
  ['audio/wav', 'audio/wav'],
  ['audio/flac', 'audio/flac'],
  ['audio/x-flac', 'audio/flac'],
])
/** Media types that say something useful of a download and that no browser runs. */
const documents =
  /^application\/(pdf|zip|gzip|x-7z-compressed|x-tar|vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+)$/

const sampleBytes = 64 * 1024

async function isText(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(sampleBytes) })
    const sample = buffer.subarray(0, bytesRead)
    if (sample.includes(0)) return false
    // The sample may end inside a character; only what comes before its last few bytes must be whole.
    const whole = bytesRead < sampleBytes ? sample : sample.subarray(0, bytesRead - 4)
    new TextDecoder('utf-8', { fatal: true }).decode(whole, { stream: true })
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  } finally {
    await file.close()
  }
}

/**
 * Looks into a file. HTML and SVG are text like any other: they are never shown, only handed out to be saved. `isVoice`
 * is the sender's word, believed only of what is sound: browsers record voice into containers that may also hold video.
 */
export async function detectFile(path: string, isVoice: boolean): Promise<Detected> {
  const found = await fileTypeFromFile(path)
  const mime = found?.mime.split(';', 1)[0]?.trim() ?? ''
  if (images.has(mime)) return { kind: 'image', mime }
  if (/^image\/hei[cf](-sequence)?$/.test(mime)) return { kind: 'unreadable', mime }
  if (isVoice && mime === 'video/webm') return { kind: 'voice', mime: 'audio/webm' }
  if (isVoice && mime === 'video/mp4') return { kind: 'voice', mime: 'audio/mp4' }
  if (videos.has(mime)) return { kind: 'video', mime }
  const audio = audios.get(mime)
  if (audio) return { kind: isVoice ? 'voice' : 'audio', mime: audio }
  if (documents.test(mime)) return { kind: 'file', mime }
  if (!found && (await isText(path))) return { kind: 'file', mime: 'text/plain' }
  return { kind: 'file', mime: 'application/octet-stream' }
}
