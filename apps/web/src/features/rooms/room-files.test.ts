import type { FileEntity } from '@parley/protocol/files'
import type { MessageRow } from '@parley/protocol/messages'
import { describe, expect, it } from 'vitest'
import { fileItems } from './room-files.ts'

const createFile = (id: string, kind: FileEntity['kind']): FileEntity => ({
  id,
  kind,
  scene: 'message',
  name: `${id}.bin`,
  mime: 'application/octet-stream',
  bytes: 1,
  createdAt: '2026-05-04T12:00:00.000Z',
})

const createRow = (seq: number, createdAt: string, files: FileEntity[]): MessageRow => ({
  roomId: '1',
  seq,
  change: seq,
  clientId: String(seq),
  senderId: '2',
  createdAt,
  body: { kind: 'media', fileIds: files.map(({ id }) => id), files },
})

describe('the files of a room', () => {
  it('stand under their months, pictures in lines of three before the others', () => {
    const items = fileItems([
      createRow(9, '2026-05-14T12:00:00.000Z', [createFile('1', 'file'), createFile('2', 'image')]),
      createRow(8, '2026-05-12T12:00:00.000Z', [
        createFile('3', 'image'),
        createFile('4', 'image'),
        createFile('5', 'image'),
      ]),
      createRow(3, '2026-04-12T12:00:00.000Z', [createFile('6', 'video')]),
    ])
    expect(
      items.map((item) =>
        item.kind === 'month'
          ? item.at.slice(0, 7)
          : item.kind === 'images'
            ? item.images.map(({ file }) => file.id)
            : item.sent.file.id,
      ),
    ).toEqual(['2026-05', ['2', '3', '4'], ['5'], '1', '2026-04', '6'])
  })

  it('leave out messages that were recalled meanwhile', () => {
    const recalled: MessageRow = {
      ...createRow(1, '2026-05-14T12:00:00.000Z', []),
      body: { kind: 'recall', by: '2', at: '2026-05-14T12:00:00.000Z' },
    }
    expect(fileItems([recalled])).toEqual([])
  })
})
