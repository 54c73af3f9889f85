import { setTimeout as delay } from 'node:timers/promises'
import { firstLine } from './database-server.ts'

const readyTimeoutMs = 120_000

/** Waits until `url` answers with success. `giveUp` says, once there is no sense in waiting, why. */
export async function untilReady(name: string, url: string, giveUp: () => string | undefined): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs
  let last = 'no answer'
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
      await response.body?.cancel()
      if (response.ok) return
      last = `status ${response.status}`
    } catch (error) {
      last = firstLine(error)
    }
    const reason = giveUp()
    if (reason) throw new Error(`${name} did not start: ${reason}`)
    if (Date.now() > deadline) throw new Error(`${name} was not ready within ${readyTimeoutMs / 1000} s (${last})`)
    await delay(100)
  }
}
