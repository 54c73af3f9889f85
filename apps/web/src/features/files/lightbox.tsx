import { Dialog, Portal } from '@chakra-ui/react'
import type { FileEntity } from '@parley/protocol/files'
import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { mediaCrossOrigin } from '../../api-origin.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { DownloadLink } from './download-link.tsx'
import { fileSource } from './file-source.ts'

interface LightboxProps {
  images: readonly FileEntity[]
  start: number
  onClose: () => void
}

const zoomMax = 4

/** One picture at a time, as large as the screen; arrows go on, + and - zoom. */
export function Lightbox({ images, start, onClose }: LightboxProps) {
  const { t } = useTranslation('files')
  const [index, setIndex] = useState(start)
  const [zoom, setZoom] = useState(1)
  const image = images[index]
  if (!image) return null

  const show = (next: number) => {
    setIndex((next + images.length) % images.length)
    setZoom(1)
  }
  const zoomTo = (next: number) => setZoom(Math.min(zoomMax, Math.max(1, next)))
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') show(index - 1)
    else if (key === 'ArrowRight') show(index + 1)
    else if (key === '+' || key === '=') zoomTo(zoom * 2)
    else if (key === '-') zoomTo(zoom / 2)
  }

  return (
    <Dialog.Root open size="sm" onOpenChange={({ open }) => !open && onClose()}>
      <Portal>
        <Dialog.Backdrop />
        <Dialog.Positioner className="!p-0">
          <Dialog.Content
            aria-label={image.name}
            onKeyDown={onKeyDown}
            className="!bg-canvas !h-full !max-w-none !rounded-none !border-0"
          >
            <header className="flex items-center gap-1 py-2 pr-2 pl-5">
              <Dialog.Title className="!text-base min-w-0 flex-1 truncate">{image.name}</Dialog.Title>
              {images.length > 1 && (
                <span className="text-muted px-2 text-sm tabular-nums">
                  {t('image.position', { position: index + 1, count: images.length })}
                </span>
              )}
              <IconButton label={t('image.zoomOut')} shortcut="-" disabled={zoom <= 1} onClick={() => zoomTo(zoom / 2)}>
                <ZoomOut />
              </IconButton>
              <IconButton
                label={t('image.zoomIn')}
                shortcut="+"
                disabled={zoom >= zoomMax}
                onClick={() => zoomTo(zoom * 2)}
              >
                <ZoomIn />
              </IconButton>
              <DownloadLink
                file={image}
                aria-label={t('download', { name: image.name })}
                data-tooltip={t('download', { name: image.name })}
                className="text-muted hover:bg-hover hover:text-fg grid size-9 place-items-center rounded-md pointer-coarse:size-11"
              >
                <Download className="icon" />
              </DownloadLink>
              <IconButton label={t('image.close')} shortcut="Escape" onClick={onClose}>
                <X />
              </IconButton>
            </header>
            <Stage image={image} zoom={zoom} onToggleZoom={() => zoomTo(zoom > 1 ? 1 : 2)} />
            {images.length > 1 && (
              <div className="absolute inset-x-2 top-1/2 flex -translate-y-1/2 justify-between">
                <IconButton
                  label={t('image.previous')}
                  shortcut="ArrowLeft"
                  className="!bg-raised"
                  onClick={() => show(index - 1)}
                >
                  <ChevronLeft />
                </IconButton>
                <IconButton
                  label={t('image.next')}
                  shortcut="ArrowRight"
                  className="!bg-raised"
                  onClick={() => show(index + 1)}
                >
                  <ChevronRight />
                </IconButton>
              </div>
            )}
          </Dialog.Content>
        </Dialog.Positioner>
      </Portal>
    </Dialog.Root>
  )
}

interface StageProps {
  image: FileEntity
  zoom: number
  onToggleZoom: () => void
}

function Stage({ image, zoom, onToggleZoom }: StageProps) {
  const { t } = useTranslation('files')
  return (
    <div className="min-h-0 flex-1 overflow-auto p-4">
      <button
        type="button"
        aria-label={t(zoom > 1 ? 'image.zoomOut' : 'image.zoomIn')}
        onClick={onToggleZoom}
        className={`mx-auto block ${zoom > 1 ? 'cursor-zoom-out' : 'cursor-zoom-in'}`}
        style={{ height: `${zoom * 100}%`, ...(zoom > 1 && { width: `${zoom * 100}%` }) }}
      >
        <img
          key={image.id}
          src={fileSource(image.id, zoom > 1 ? undefined : 1440)}
          crossOrigin={mediaCrossOrigin}
          alt={image.name}
          className="size-full object-contain"
        />
      </button>
    </div>
  )
}
