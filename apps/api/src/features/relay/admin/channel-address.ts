import { invalidField } from '../../../platform/http/errors.ts'
import type { ChannelType } from '../tables.ts'
import { AddressRefused, requireAllowedUrl, type AllowedHosts } from '../upstream/addresses.ts'
import { providerUrls } from '../upstream/providers.ts'

const builtIn = ['answers', 'failures']

/** The address of a channel: what was given, if the relay may call it, or the provider's own. */
export function resolveBaseUrl(type: ChannelType, given: string, hosts: AllowedHosts): string {
  if (type === 'test') {
    const wanted = given || 'answers'
    if (builtIn.includes(wanted)) return wanted
    throw invalidField('body.base_url', 'A test channel is `answers` or `failures`.', 'address-not-allowed')
  }
  const address = given.trim() || providerUrls[type]
  try {
    requireAllowedUrl(address, hosts)
  } catch (error) {
    if (error instanceof AddressRefused) throw invalidField('body.base_url', error.message, 'address-not-allowed')
    throw error
  }
  return address
}

const originOf = (address: string): string => (URL.canParse(address) ? new URL(address).origin : '')

/** Refuses to send a key that is kept to another host than the one it was given for: who may not read it could so. */
export function requireKeyForHost(before: string, after: string): void {
  if (originOf(before) === originOf(after)) return
  throw invalidField('body.key', 'Give the key again: the address leads to another host.', 'key-needed')
}
