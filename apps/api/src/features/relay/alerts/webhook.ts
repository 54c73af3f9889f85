import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { request, type Dispatcher } from 'undici'

interface Delivery {
  url: string
  /** Signs what is sent; null for unsigned. */
  secret: string | null
  body: string
  dispatcher: Dispatcher
  /** Ends the waiting for another attempt. */
  signal: AbortSignal
}

const attemptTimeoutMs = 5_000
/** Before the second and the third attempt. */
const pausesMs = [500, 2_000]

/** Proves to the receiver who wrote, and when: `t=<seconds>,v1=<HMAC-SHA256 of "t.body" in hex>`. */
export function signatureOf(secret: string, body: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

async function attempt({ url, secret, body, dispatcher, signal }: Delivery): Promise<void> {
  const seconds = Math.floor(Date.now() / 1_000)
  const answer = await request(url, {
    dispatcher,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Parley',
      ...(secret !== null && { 'x-parley-signature': signatureOf(secret, body, seconds) }),
    },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
  })
  await answer.body.dump()
  // A redirect is not followed: it could lead where the address itself may not.
  if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`the webhook answered ${answer.statusCode}`)
}

/** Sends a webhook, three times at most; throws what the last attempt failed of. */
export async function deliver(delivery: Delivery): Promise<void> {
  for (const pauseMs of pausesMs) {
    try {
      return await attempt(delivery)
    } catch {
      // The last attempt says why; a pause that is cut short does so by throwing.
      await delay(pauseMs, undefined, { signal: delivery.signal })
    }
  }
  return attempt(delivery)
}
