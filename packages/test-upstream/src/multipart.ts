import { createHash, type Hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Json } from './json.ts'

/** A file that came in a form; its bytes are counted and forgotten. */
export interface FormFile {
  field: string
  name: string
  sizeBytes: number
  /** The first 8 digits of its SHA-256. */
  digest: string
}

export interface Form {
  fields: Json
  files: FormFile[]
}

interface Part {
  field: string
  fileName: string | undefined
  hash: Hash
  sizeBytes: number
  /** Of fields; of files nothing is kept. */
  kept: Buffer[]
}

/** The boundary of a multipart content type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  return /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1]
}

/** Reads a form of any size without holding its files. */
export async function readForm(request: IncomingMessage, boundary: string): Promise<Form> {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const form: Form = { fields: {}, files: [] }
  let part: Part | undefined
  // The first delimiter stands at the very beginning, without the line end before it.
  let rest: Buffer = Buffer.from('\r\n')
  for await (const chunk of request) {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const at = rest.indexOf(delimiter)
      const headEnd = rest.indexOf('\r\n\r\n')
      if (part === undefined) {
        if (headEnd < 0) break
        part = partOf(rest.subarray(0, headEnd).toString())
        rest = rest.subarray(headEnd + 4)
      } else if (at >= 0) {
        take(part, rest.subarray(0, at))
        add(form, part)
        part = undefined
        rest = rest.subarray(at + delimiter.length)
      } else {
        const safe = Math.max(rest.length - delimiter.length, 0)
        take(part, rest.subarray(0, safe))
        rest = rest.subarray(safe)
        break
      }
    }
  }
  return form
}

function partOf(head: string): Part {
  const field = /[; ]name="([^"]*)"/i.exec(head)?.[1] ?? ''
  const fileName = /filename="([^"]*)"/i.exec(head)?.[1]
  return { field, fileName, hash: createHash('sha256'), sizeBytes: 0, kept: [] }
}

function take(part: Part, bytes: Buffer): void {
  part.sizeBytes += bytes.length
  if (part.fileName === undefined) part.kept.push(bytes)
  else part.hash.update(bytes)
}

function add({ fields, files }: Form, { field, fileName, hash, sizeBytes, kept }: Part): void {
  if (fileName === undefined) fields[field] = Buffer.concat(kept).toString()
  else files.push({ field, name: fileName, sizeBytes, digest: hash.digest('hex').slice(0, 8) })
}
