import { ApiError } from '@parley/client/api-error'
import type { FileEntity } from '@parley/protocol/files'
import type { Upload, UploadOptions } from '@parley/client/upload'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { attach, clearAttachments, isRetryable, removeAttachment, uploadedFiles } from './attachments.ts'
import { fileType, formatDuration, formatSize } from '../../ui/format-size.ts'
import { reservedSize } from './image-grid.tsx'

const entity = (id: string): FileEntity => ({
  id,
  scene: 'message',
  kind: 'file',
  name: id,
  mime: 'text/plain',
  bytes: 1,
  createdAt: '2026-05-04T09:00:00.000Z',
})

const file = (name: string) => new File(['x'], name, { type: 'text/plain' })

beforeEach(() => {
  URL.createObjectURL = () => 'blob:x'
  URL.revokeObjectURL = () => undefined
  clearAttachments('t')
})

describe('files on their way', () => {
  it('are handed over in the order they were chosen, whichever arrives first', async () => {
    const answers = new Map<string, (of: FileEntity) => void>()
    const upload = ({ name }: Upload) => new Promise<FileEntity>((resolve) => answers.set(name, resolve))
    attach({ upload }, 't', [file('a'), file('b')])
    const uploaded = uploadedFiles('t')
    await vi.waitFor(() => expect(answers.size).toBe(2))
    answers.get('b')?.(entity('b'))
    answers.get('a')?.(entity('a'))
    expect((await uploaded)?.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('a refused one holds the message back', async () => {
    const upload = () => Promise.reject(new ApiError({ code: 'PAYLOAD_TOO_LARGE', message: 'too large' }))
    attach({ upload }, 't', [file('a')])
    expect(await uploadedFiles('t')).toBeNull()
  })

  it('removing one cancels its upload', async () => {
    const upload = vi.fn<(of: Upload, options?: UploadOptions) => Promise<FileEntity>>((_, options) => {
      const { promise, reject } = Promise.withResolvers<FileEntity>()
      options?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      return promise
    })
    attach({ upload }, 't', [file('a')])
    await vi.waitFor(() => expect(upload).toHaveBeenCalledOnce())
    const [, options] = upload.mock.calls[0] ?? []
    for (let key = 1; key < 20; key++) removeAttachment('t', String(key))
    expect(options?.signal?.aborted).toBe(true)
    expect(await uploadedFiles('t')).toEqual([])
  })

  it('a message takes twenty, and the rest is counted', () => {
    const upload = () => new Promise<FileEntity>(() => undefined)
    const files = Array.from({ length: 23 }, (_, index) => file(String(index)))
    expect(attach({ upload }, 't', files)).toBe(3)
  })

  it('what the server refuses for good is not offered to be tried again', () => {
    expect(isRetryable(new ApiError({ code: 'UNSUPPORTED_MEDIA', message: 'no' }))).toBe(false)
    expect(isRetryable(new ApiError({ code: 'NETWORK', message: 'gone' }))).toBe(true)
  })
})

describe('files in words', () => {
  it('sizes and lengths are written as people read them', () => {
    expect(formatSize(412_000, 'en')).toBe('412 KB')
    expect(formatSize(1_540_000, 'en')).toBe('1.5 MB')
    expect(formatSize(12, 'en')).toBe('12 bytes')
    expect(formatDuration(14_000)).toBe('0:14')
    expect(formatDuration(3_750_000)).toBe('1:02:30')
    expect(fileType('rollback-runbook.pdf', 'application/pdf')).toBe('PDF')
    expect(fileType('Makefile', 'text/plain')).toBe('PLAIN')
  })

  it('a picture of one by four thousand pixels takes a sensible place', () => {
    expect(reservedSize({ width: 1, height: 4_000 })).toEqual({ width: 96, height: 320 })
    expect(reservedSize({ width: 4_000, height: 3_000 })).toEqual({ width: 400, height: 300 })
  })
})
