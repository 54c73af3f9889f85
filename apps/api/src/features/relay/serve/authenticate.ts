import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import { RelayRefusal } from '../refusals.ts'
import { requireUsable, type Credential } from './credential.ts'
import type { ServeDependencies } from './dependencies.ts'

/** The key of a call: in `Authorization: Bearer`, or in `x-api-key` as Anthropic's clients send it. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['x-api-key']
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer ?? (typeof given === 'string' && given !== '' ? given : undefined)
}

/** Networks whose guesses were refused a moment ago: the database is not asked about their next ones. */
const guessers = new LRUCache<string, true>({ max: 10_000, ttl: 1_000 })

function requireNoGuesser(address: string): void {
  if (guessers.has(address))
    throw new RelayRefusal('rate_limited', 'Too many unknown API keys came from your network.', { retryAfterMs: 1_000 })
}

/** What a key opens for somebody at this address. Throws a refusal. */
export async function authenticateKey(
  { credentials, limitGuesses }: Pick<ServeDependencies, 'credentials' | 'limitGuesses'>,
  key: string | undefined,
  address: string,
): Promise<Credential> {
  if (key === undefined)
    throw new RelayRefusal('key_missing', 'Send your API key in the header Authorization, as “Bearer <key>”.')
  const found = credentials.find(key, () => requireNoGuesser(address))
  const credential = found instanceof Promise ? await found : found
  if (!credential) {
    await limitGuesses(address).catch((error: unknown) => {
      guessers.set(address, true)
      throw error
    })
    throw new RelayRefusal('key_unknown', 'This API key is not known here.')
  }
  requireUsable(credential, address)
  return credential
}
