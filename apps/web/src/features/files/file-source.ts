import type { thumbnailSizes } from '@parley/protocol/files'

/** Address of a file's bytes, or of an image at one of the sizes it is served at. The cookie authorises it. */
export const fileSource = (id: string, size?: (typeof thumbnailSizes)[number]) =>
  size ? `/api/files/${id}?size=${size}` : `/api/files/${id}`

/** Address that saves the file instead of showing it. */
export const downloadSource = (id: string) => `/api/files/${id}?download=true`
