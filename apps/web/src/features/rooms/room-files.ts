import type { FileEntity } from '@parley/protocol/files'
import type { MessageRow } from '@parley/protocol/messages'

/** A file and the message that carries it. */
export interface SentFile {
  file: FileEntity
  row: MessageRow
}

/** What the list of a room's files shows: a month, a line of pictures, or one file. */
export type FileItem =
  | { kind: 'month'; key: string; at: string }
  | { kind: 'images'; key: string; images: readonly SentFile[] }
  | { kind: 'file'; key: string; sent: SentFile }

const imagesPerLine = 3

const monthOf = (at: string) => {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth()}`
}

/** Files of messages, newest first, by month: pictures side by side, then the others. */
export function fileItems(rows: readonly MessageRow[]): FileItem[] {
  const sent = rows.flatMap((row) =>
    row.body.kind === 'media' ? row.body.files.map((file): SentFile => ({ file, row })) : [],
  )
  const months = Map.groupBy(sent, ({ row }) => monthOf(row.createdAt))
  return [...months].flatMap(([month, files]): FileItem[] => {
    const images = files.filter(({ file }) => file.kind === 'image')
    const others = files.filter(({ file }) => file.kind !== 'image')
    const lines = Array.from({ length: Math.ceil(images.length / imagesPerLine) }, (_, index) =>
      images.slice(index * imagesPerLine, (index + 1) * imagesPerLine),
    )
    return [
      { kind: 'month', key: month, at: files[0]?.row.createdAt ?? '' },
      ...lines.map((line, index) => ({ kind: 'images' as const, key: `${month}/${index}`, images: line })),
      ...others.map((one) => ({ kind: 'file' as const, key: `${one.row.seq}/${one.file.id}`, sent: one })),
    ]
  })
}
