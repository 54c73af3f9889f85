import type { StreamRelay } from './stream-relay.ts'

/** More is not kept. */
const bytesMax = 1024 * 1024

/** Keeps what a stream sends, to answer an equal request with. */
export function createRecorded(inner: StreamRelay): StreamRelay {
  let chunks: Buffer[] | null = []
  let bytes = 0

  function record<Out extends Buffer | string | null>(out: Out): Out {
    if (out === null || chunks === null) return out
    const chunk = Buffer.isBuffer(out) ? out : Buffer.from(out)
    bytes += chunk.length
    if (bytes > bytesMax) chunks = null
    else chunks.push(chunk)
    return out
  }

  return {
    ...inner,
    push: (chunk) => record(inner.push(chunk)),
    end: () => record(inner.end()),
    sent: () => chunks && Buffer.concat(chunks, bytes),
  }
}
