import { ApiError } from '@parley/client/api-error'
import type { ParleyClient } from '@parley/client/client'
import type { FileEntity } from '@parley/protocol/files'
import { useSyncExternalStore } from 'react'
import { measureMedia } from './measure-media.ts'

/** The most files one message takes. */
const attachmentsMax = 20
const concurrentMax = 3

/** A file beside the composer, on its way to the server. Immutable. */
export interface Attachment {
  readonly key: string
  readonly file: File
  /** Address of the file in this tab, to show it before it is sent. */
  readonly address: string
  readonly state: 'waiting' | 'uploading' | 'uploaded' | 'failed'
  /** Share sent, from 0 to 1. */
  readonly progress: number
  /** Why it failed. */
  readonly error?: unknown
  /** What the server made of it, once uploaded. */
  readonly entity?: FileEntity
}

type Uploading = Pick<ParleyClient, 'upload'>

const none: readonly Attachment[] = []
const trays = new Map<string, readonly Attachment[]>()
const aborts = new Map<string, AbortController>()
const listeners = new Set<() => void>()
let lastKey = 0

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const attachmentsOf = (tray: string) => trays.get(tray) ?? none

function store(tray: string, attachments: readonly Attachment[]) {
  if (attachments.length > 0) trays.set(tray, attachments)
  else trays.delete(tray)
  for (const listener of listeners) listener()
}

function change(tray: string, key: string, changed: Partial<Attachment>) {
  store(
    tray,
    attachmentsOf(tray).map((attachment) => (attachment.key === key ? { ...attachment, ...changed } : attachment)),
  )
}

function uploadNext(client: Uploading, tray: string) {
  const attachments = attachmentsOf(tray)
  const running = attachments.filter(({ state }) => state === 'uploading').length
  const next = attachments.find(({ state }) => state === 'waiting')
  if (!next || running >= concurrentMax) return
  void uploadOne(client, tray, next)
  uploadNext(client, tray)
}

async function uploadOne(client: Uploading, tray: string, { key, file, address }: Attachment) {
  const abort = new AbortController()
  aborts.set(key, abort)
  change(tray, key, { state: 'uploading', progress: 0, error: undefined })
  try {
    const measured = await measureMedia(file, address)
    const entity = await client.upload(
      { file, name: file.name, scene: 'message', ...measured },
      { signal: abort.signal, onProgress: (progress) => change(tray, key, { progress }) },
    )
    change(tray, key, { state: 'uploaded', progress: 1, entity })
  } catch (error) {
    // Removing an upload aborts it; then nothing is left to change.
    change(tray, key, { state: 'failed', error })
  } finally {
    aborts.delete(key)
    uploadNext(client, tray)
  }
}

/** Adds files to a tray and begins to upload them; answers how many did not fit. */
export function attach(client: Uploading, tray: string, files: readonly File[]): number {
  const room = attachmentsMax - attachmentsOf(tray).length
  const added = files.slice(0, Math.max(0, room)).map((file): Attachment => {
    lastKey += 1
    return { key: String(lastKey), file, address: URL.createObjectURL(file), state: 'waiting', progress: 0 }
  })
  store(tray, [...attachmentsOf(tray), ...added])
  uploadNext(client, tray)
  return files.length - added.length
}

export function retryAttachment(client: Uploading, tray: string, key: string) {
  change(tray, key, { state: 'waiting', progress: 0 })
  uploadNext(client, tray)
}

/** Takes a file out; one on its way is cancelled. */
export function removeAttachment(tray: string, key: string) {
  const removed = attachmentsOf(tray).find((attachment) => attachment.key === key)
  if (!removed) return
  store(
    tray,
    attachmentsOf(tray).filter((attachment) => attachment.key !== key),
  )
  aborts.get(key)?.abort()
  URL.revokeObjectURL(removed.address)
}

/** Empties a tray whose files were sent. */
export function clearAttachments(tray: string) {
  for (const { key } of attachmentsOf(tray)) removeAttachment(tray, key)
}

const isPending = ({ state }: Attachment) => state === 'waiting' || state === 'uploading'

/** Resolves when nothing of the tray is on its way any more: to the files, or to null when one of them failed. */
export async function uploadedFiles(tray: string): Promise<FileEntity[] | null> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (!attachmentsOf(tray).some(isPending)) resolve()
  }
  const end = subscribe(look)
  look()
  await promise
  end()
  const entities = attachmentsOf(tray).map(({ entity }) => entity)
  const uploaded = entities.filter((entity) => entity !== undefined)
  return uploaded.length === entities.length ? uploaded : null
}

/** Whether trying again may help: what the server refused it refuses again. */
export const isRetryable = (error: unknown) =>
  !(error instanceof ApiError) || !['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA', 'VALIDATION_FAILED'].includes(error.code)

/** The files waiting beside one composer. They stay while somebody looks at another room. */
export const useAttachments = (tray: string) => useSyncExternalStore(subscribe, () => attachmentsOf(tray))
