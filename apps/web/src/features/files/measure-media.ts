interface Measured {
  width?: number
  height?: number
  durationMs?: number
}

const measureWithinMs = 5_000

/** Reads what a browser can tell of a video or sound before it is sent; nothing when it cannot play it. */
export function measureMedia(file: File, address: string): Promise<Measured> {
  const kind = file.type.split('/')[0]
  if (kind !== 'video' && kind !== 'audio') return Promise.resolve({})
  const { promise, resolve } = Promise.withResolvers<Measured>()
  const element = document.createElement(kind)
  element.preload = 'metadata'
  element.addEventListener('loadedmetadata', () => {
    const durationMs = Number.isFinite(element.duration) ? Math.round(element.duration * 1_000) : 0
    const size = element instanceof HTMLVideoElement ? { width: element.videoWidth, height: element.videoHeight } : {}
    resolve(Object.fromEntries(Object.entries({ ...size, durationMs }).filter(([, value]) => value > 0)))
  })
  element.addEventListener('error', () => resolve({}))
  setTimeout(() => resolve({}), measureWithinMs)
  element.src = address
  return promise
}
