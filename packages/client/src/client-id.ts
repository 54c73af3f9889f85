let lastMs = 0
let counter = 0

/**
 * A UUIDv7: names a send for ever, and sorts by when it was made. Within a millisecond, and while the device's clock runs
 * backwards, a counter keeps the order.
 */
export function newClientId(): string {
  const random = crypto.getRandomValues(new Uint8Array(10))
  const nowMs = Date.now()
  if (nowMs > lastMs) {
    lastMs = nowMs
    counter = ((random[8] ?? 0) << 3) | ((random[9] ?? 0) >> 5)
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const tail = [...random.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((random[0] ?? 0) & 0x3f) | 0x80
  const sequence = (0x7000 | counter).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-${sequence}-${variant.toString(16)}${tail.slice(2, 4)}-${tail.slice(4)}`
}
