import type { FileScene } from '@parley/protocol/files'
import sharp, { type Sharp } from 'sharp'
import { AppError, overloaded } from '../../platform/http/errors.ts'
import { createLimiter } from '../../platform/limiter.ts'
import { isDiskFull } from '../../platform/storage.ts'

/** What was written, and how large it is. */
export interface WrittenImage {
  mime: string
  width: number
  height: number
  bytes: number
}

/** A decoded pixel takes four bytes: this bounds one picture to 160 MB, before anything of it is decoded. */
const pixelsMax = 40_000_000
const animatedFramesMax = 300
const sideMax = 4_096
const avatarSide = 512

// One thread a picture: two pictures at a time are enough of two cores.
sharp.concurrency(1)
// No picture is read twice, and files that are kept open keep their place on the disk after they are removed.
sharp.cache(false)
const limiter = createLimiter({ concurrency: 2, queueMax: 50, refuse: () => overloaded(3_000) })

const refused = (message: string, cause?: unknown) => new AppError('UNSUPPORTED_MEDIA', message, { cause })

async function decode<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await limiter.run(work)
  } catch (error) {
    if (error instanceof AppError || isDiskFull(error)) throw error
    throw refused('This image is damaged or of a kind that cannot be read.', error)
  }
}

async function measure(path: string): Promise<{ isAnimated: boolean }> {
  const { width, height, pages = 1, pageHeight = height } = await sharp(path, { limitInputPixels: false }).metadata()
  if (width * pageHeight > pixelsMax) throw refused('This image has too many pixels. Make it smaller and try again.')
  return { isAnimated: pages > 1 && pages <= animatedFramesMax && width * pageHeight * pages <= pixelsMax }
}

/**
 * Re-encodes an image: turned upright, in sRGB, without EXIF and whatever else travelled in it. Avatars and pictures of
 * rooms become squares.
 */
export const reencodeImage = (from: string, to: string, mime: string, scene: FileScene): Promise<WrittenImage> =>
  decode(async () => {
    const { isAnimated } = await measure(from)
    const keepsFrames = isAnimated && scene === 'message' && (mime === 'image/gif' || mime === 'image/webp')
    const source = sharp(from, { limitInputPixels: pixelsMax, animated: keepsFrames, failOn: 'truncated' })
    if (scene !== 'message') {
      const square = source.autoOrient().resize(avatarSide, avatarSide, { fit: 'cover', withoutEnlargement: false })
      const info = await square.webp({ quality: 85 }).toFile(to)
      return { mime: 'image/webp', width: info.width, height: info.height, bytes: info.size }
    }
    const bounded = keepsFrames
      ? source
      : source.autoOrient().resize(sideMax, sideMax, { fit: 'inside', withoutEnlargement: true })
    const info = await encode(bounded, mime).toFile(to)
    return { mime, width: info.width, height: info.pageHeight ?? info.height, bytes: info.size }
  })

function encode(image: Sharp, mime: string): Sharp {
  switch (mime) {
    case 'image/png':
      return image.png()
    case 'image/gif':
      return image.gif()
    case 'image/webp':
      return image.webp({ quality: 85 })
    case 'image/avif':
      return image.avif({ quality: 60 })
    default:
      return image.jpeg({ quality: 85 })
  }
}

/** Writes a small copy whose longer side is at most `size`; what moves goes on moving. */
export const writeThumbnail = (from: string, to: string, size: number): Promise<void> =>
  decode(async () => {
    await sharp(from, { limitInputPixels: pixelsMax, animated: true })
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .toFile(to)
  })
