import { parsed, refused } from '@parley/client/rest'
import { apiOrigin } from '../api-origin.ts'

/** Fetches what is no JSON, as whoever holds the token; throws what was refused. */
export async function fetchFile(path: string, token: string | null): Promise<Blob> {
  const response = await fetch(
    apiOrigin + path,
    token === null ? {} : { headers: { authorization: `Bearer ${token}` } },
  )
  if (!response.ok) throw refused(response.status, parsed(await response.text()))
  return response.blob()
}

/** Puts a file where the person keeps what they download. */
export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
