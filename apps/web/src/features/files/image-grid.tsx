import type { FileEntity } from '@parley/protocol/files'
import { ImageOff } from 'lucide-react'
import { lazy } from 'react'
import { mediaCrossOrigin } from '../../api-origin.ts'
import { fileSource } from './file-source.ts'

const Lightbox = lazy(async () => ({ default: (await import('./lightbox.tsx')).Lightbox }))

/** A single picture is shown whole within this box; several fill the tiles of a grid. */
const boxWidth = 400
const boxHeight = 320
const sideMin = 96

/** The size a picture takes before its bytes are there. Extreme shapes are cut, and open whole. */
export function reservedSize({ width = 4, height = 3 }: Pick<FileEntity, 'width' | 'height'>) {
  const scale = Math.min(1, boxWidth / width, boxHeight / height)
  return {
    width: Math.round(Math.min(boxWidth, Math.max(sideMin, width * scale))),
    height: Math.round(Math.min(boxHeight, Math.max(sideMin, height * scale))),
  }
}

/** Pictures of one message. */
export function ImageGrid({ images }: { images: readonly FileEntity[] }) {
  const { t } = useTranslation('files')
  const [opened, setOpened] = useState<number | null>(null)
  const single = images.length === 1
  return (
    <>
      <div
        className={
          single
            ? 'mt-1.5 mb-1'
            : 'mt-1.5 mb-1 grid max-w-[400px] grid-cols-[repeat(auto-fill,minmax(120px,1fr))] gap-1'
        }
      >
        {images.map((image, index) => (
          <button
            key={image.id}
            type="button"
            aria-label={t('image.open', { name: image.name })}
            onClick={() => setOpened(index)}
            className="border-subtle block max-w-full overflow-hidden rounded-lg border"
            style={single ? singleStyle(image) : { aspectRatio: '1' }}
          >
            <Picture image={image} />
          </button>
        ))}
      </div>
      {opened !== null && (
        <Suspense fallback={null}>
          <Lightbox images={images} start={opened} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </>
  )
}

const singleStyle = (image: FileEntity) => {
  const { width, height } = reservedSize(image)
  return { width, aspectRatio: `${width} / ${height}` }
}

function Picture({ image }: { image: FileEntity }) {
  const { t } = useTranslation('files')
  const [broken, setBroken] = useState(false)
  if (broken)
    return (
      <span className="bg-hover text-muted flex size-full flex-col items-center justify-center gap-1 p-2 text-xs">
        <ImageOff className="icon" />
        {t('image.broken')}
      </span>
    )
  return (
    <img
      src={fileSource(image.id, 720)}
      crossOrigin={mediaCrossOrigin}
      alt={image.name}
      width={image.width}
      height={image.height}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
      className="bg-hover size-full object-cover"
    />
  )
}
