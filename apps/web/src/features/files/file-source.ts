import type { thumbnailSizes } from '@parley/protocol/files'
import { apiOrigin } from '../../api-origin.ts'

/** Address of a file's bytes, or of an image at one of the sizes it is served at. The cookie authorises it. */
export const fileSource = (id: string, size?: (typeof thumbnailSizes)[number]) =>
  `${apiOrigin}/api/files/${id}${size ? `?size=${size}` : ''}`

/** Path that saves the file instead of showing it. */
export const downloadPath = (id: string) => `/api/files/${id}?download=true`
