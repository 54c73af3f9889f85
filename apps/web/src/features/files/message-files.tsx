import type { FileEntity, FileKind } from '@parley/protocol/files'
import type { ComponentType } from 'react'
import { FileCard } from './file-card.tsx'
import { ImageGrid } from './image-grid.tsx'
import { AudioPlayer, VideoPlayer, VoicePlayer } from './players.tsx'

const shown: Record<Exclude<FileKind, 'image'>, ComponentType<{ file: FileEntity }>> = {
  video: VideoPlayer,
  audio: AudioPlayer,
  voice: VoicePlayer,
  file: FileCard,
}

/** The files of a message, each as its kind: pictures together, the others below one another. */
export function MessageFiles({ files }: { files: readonly FileEntity[] }) {
  const images = files.filter(({ kind }) => kind === 'image')
  return (
    <>
      {images.length > 0 && <ImageGrid images={images} />}
      {files.map((file) => {
        if (file.kind === 'image') return null
        const Shown = shown[file.kind]
        return <Shown key={file.id} file={file} />
      })}
    </>
  )
}
