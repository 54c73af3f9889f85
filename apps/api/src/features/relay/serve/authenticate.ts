import type { IncomingHttpHeaders } from 'node:http'
import { RelayRefusal } from '../refusals.ts'
import { requireUsable, type Credential } from './credential.ts'
import type { ServeDependencies } from './dependencies.ts'

/** The key of a call: in `Authorization: Bearer`, or in `x-api-key` as Anthropic's clients send it. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['x-api-key']
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer ?? (typeof given === 'string' && given !== '' ? given : undefined)
}

/** What a key opens for somebody at this address. Throws a refusal. */
export async function authenticateKey(
  { credentials, limitGuesses }: Pick<ServeDependencies, 'credentials' | 'limitGuesses'>,
  key: string | undefined,
  address: string,
): Promise<Credential> {
  if (key === undefined)
    throw new RelayRefusal('key_missing', 'Send your API key in the header Authorization, as “Bearer <key>”.')
  const found = credentials.find(key)
  const credential = found instanceof Promise ? await found : found
  if (!credential) {
    await limitGuesses(address)
    throw new RelayRefusal('key_unknown', 'This API key is not known here.')
  }
  requireUsable(credential, address)
  return credential
}
