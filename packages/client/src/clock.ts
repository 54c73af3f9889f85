/** The server's time, as far as this device can tell: its own clock may be hours off. */
export interface Clock {
  /** Milliseconds since 1970 by the server's clock. */
  now: () => number
  /** What to add to the device's clock to get the server's. */
  offsetMs: () => number
  /** Learns the server's time, as ISO 8601. */
  observe: (serverTime: string) => void
}

export function createClock(): Clock {
  let offsetMs = 0
  return {
    now: () => Date.now() + offsetMs,
    offsetMs: () => offsetMs,
    observe(serverTime) {
      const server = Date.parse(serverTime)
      if (Number.isFinite(server)) offsetMs = server - Date.now()
    },
  }
}
