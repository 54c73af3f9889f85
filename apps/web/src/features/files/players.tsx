import type { FileEntity } from '@parley/protocol/files'
import { Pause, Play } from 'lucide-react'
import { mediaCrossOrigin } from '../../api-origin.ts'
import { fileSource } from './file-source.ts'
import { formatDuration } from '../../ui/format-size.ts'
import { reservedSize } from './image-grid.tsx'

/** A film with the browser's own controls, its place reserved. */
export function VideoPlayer({ file }: { file: FileEntity }) {
  const { width, height } = reservedSize({ width: file.width ?? 16, height: file.height ?? 9 })
  const wide = Math.max(width, 280)
  return (
    // Nobody writes captions for what people send each other.
    // oxlint-disable-next-line jsx-a11y/media-has-caption
    <video
      src={fileSource(file.id)}
      crossOrigin={mediaCrossOrigin}
      controls
      playsInline
      preload="metadata"
      aria-label={file.name}
      className="border-subtle bg-code mt-1.5 mb-1 max-w-full rounded-lg border"
      style={{ width: wide, aspectRatio: `${file.width ?? wide} / ${file.height ?? (wide * height) / width}` }}
    />
  )
}

/** A sound with a name. */
export function AudioPlayer({ file }: { file: FileEntity }) {
  return <SoundPlayer file={file} title={file.name} />
}

/** A voice message. */
export function VoicePlayer({ file }: { file: FileEntity }) {
  const { t } = useTranslation('files')
  return <SoundPlayer file={file} title={t('voice')} />
}

function SoundPlayer({ file, title }: { file: FileEntity; title: string }) {
  const { t } = useTranslation('files')
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [playedMs, setPlayedMs] = useState(0)
  const durationMs = file.durationMs ?? 0
  const toggle = () => {
    const element = audio.current
    if (!element) return
    if (playing) element.pause()
    else element.play().catch(() => setPlaying(false))
  }
  return (
    <div className="border-subtle bg-raised mt-1.5 mb-1 flex w-[300px] max-w-full items-center gap-3 rounded-lg border px-3 py-2">
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio
        ref={audio}
        src={fileSource(file.id)}
        crossOrigin={mediaCrossOrigin}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlayedMs(0)}
        onTimeUpdate={({ currentTarget }) => setPlayedMs(currentTarget.currentTime * 1_000)}
      />
      <button
        type="button"
        aria-label={t(playing ? 'pause' : 'play', { name: title })}
        onClick={toggle}
        className="bg-accent text-accent-contrast grid size-9 flex-none place-items-center rounded-full pointer-coarse:size-11"
      >
        {playing ? <Pause className="icon" /> : <Play className="icon" />}
      </button>
      <span className="min-w-0 flex-1">
        <span className="block truncate">{title}</span>
        <input
          type="range"
          aria-label={t('position', { name: title })}
          min={0}
          max={Math.max(durationMs, 1)}
          step={100}
          value={Math.min(playedMs, durationMs)}
          onChange={({ target }) => {
            if (audio.current) audio.current.currentTime = Number(target.value) / 1_000
            setPlayedMs(Number(target.value))
          }}
          className="accent-accent block h-4 w-full"
        />
      </span>
      <span className="text-muted text-xs tabular-nums">
        {formatDuration(playing || playedMs ? playedMs : durationMs)}
      </span>
    </div>
  )
}
