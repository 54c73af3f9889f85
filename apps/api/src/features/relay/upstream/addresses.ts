import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'

/** An upstream that may not be called, in words for whoever set the channel up. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'

  constructor(message: string) {
    super(message)
    this.name = 'AddressRefused'
  }
}

/** Which hosts may be called. Host names are as `URL` writes them: lower case, IPv6 in brackets. */
export interface AllowedHosts {
  allows(hostname: string, port: string): boolean
  /** Whether the host is listed by its own name or address: then it may stand anywhere, in the private network too. */
  isListed(hostname: string, port: string): boolean
}

/** `host`, `host:port`, or the beginning of a URL. */
const entryForm = /^(?:https?:\/\/)?(\[[^\]]+\]|[^:/?#[\]]+)(?::(\d+))?(?:[/?#].*)?$/i

const withoutDot = (hostname: string): string => (hostname.endsWith('.') ? hostname.slice(0, -1) : hostname)

/** The host as `URL` writes it; what is no host matches none. */
function normalized(host: string): string {
  const url = `http://${host}`
  return URL.canParse(url) ? withoutDot(new URL(url).hostname) : ''
}

/**
 * Reads a list of hosts, separated by commas: `name` or `name:port`, `*.name` for all below a name, `*` for any. An entry
 * without a port stands for all ports.
 */
export function parseHosts(setting: string): AllowedHosts {
  const listed = new Set<string>()
  const suffixes: string[] = []
  let allowsAny = false
  for (const entry of setting.split(',').map((text) => text.trim())) {
    if (entry === '*') allowsAny = true
    else if (entry.startsWith('*.')) suffixes.push(entry.slice(1).toLowerCase())
    else {
      const [, host = '', port] = entryForm.exec(isIPv6(entry) ? `[${entry}]` : entry) ?? []
      const name = normalized(host)
      if (name !== '') listed.add(port === undefined ? name : `${name}:${port}`)
    }
  }
  const isListed = (hostname: string, port: string) =>
    listed.has(withoutDot(hostname)) || listed.has(`${withoutDot(hostname)}:${port}`)
  return {
    isListed,
    allows: (hostname, port) =>
      allowsAny || isListed(hostname, port) || suffixes.some((suffix) => withoutDot(hostname).endsWith(suffix)),
  }
}

/** The hosts that a setting names, read anew only when it was changed. */
export function createAllowedHosts(setting: () => string): () => AllowedHosts {
  let text = setting()
  let hosts = parseHosts(text)
  return () => {
    const current = setting()
    if (current !== text) {
      text = current
      hosts = parseHosts(current)
    }
    return hosts
  }
}

/** The port of a URL, or of its protocol. */
export const portOf = (protocol: string, port: string): string => port || (protocol === 'https:' ? '443' : '80')

/** Throws unless this is an address that channels may have. What its name stands for is checked when it is connected to. */
export function requireAllowedUrl(url: string, hosts: AllowedHosts): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:'))
    throw new AddressRefused('The address must be a URL that begins with https:// or http://.')
  if (parsed.username !== '' || parsed.password !== '')
    throw new AddressRefused('The address must not hold a name or a password; the key has a field of its own.')
  const refused = hostRefusal(parsed.hostname, portOf(parsed.protocol, parsed.port), hosts)
  if (refused) throw refused
  return parsed
}

/** Why this host may not be called, as far as its name tells; null if it may. */
export function hostRefusal(hostname: string, port: string, hosts: AllowedHosts): AddressRefused | null {
  if (hosts.isListed(hostname, port)) return null
  if (!hosts.allows(hostname, port))
    return new AddressRefused(`The host ${hostname} is not in RELAY_UPSTREAM_HOSTS; whoever runs Parley can add it.`)
  return isAddress(hostname) && !isPublicAddress(hostname) ? privateRefusal(hostname) : null
}

const privateRefusal = (hostname: string) =>
  new AddressRefused(
    `The host ${hostname} is in a private network; to call it, list exactly this host in RELAY_UPSTREAM_HOSTS.`,
  )

const withoutBrackets = (hostname: string): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname)

const isAddress = (hostname: string): boolean => isIP(withoutBrackets(hostname)) !== 0

/** Networks of IPv4 that are not the public internet, from IANA's registry of special addresses. */
const specialIpv4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and where clouds answer questions about the machine.
  ['169.254.0.0', 16],
  // The same at Azure.
  ['168.63.129.16', 32],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** The same of IPv6. */
const specialIpv6: readonly [string, number][] = [
  // Unspecified, loopback, and IPv4 in disguise.
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

const special = new BlockList()
for (const [network, prefix] of specialIpv4) {
  // Matches what is mapped into IPv6, too. NAT64 reaches the same addresses by a prefix of its own.
  special.addSubnet(network, prefix, 'ipv4')
  special.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6')
}
for (const [network, prefix] of specialIpv6) special.addSubnet(network, prefix, 'ipv6')

/** Whether an address is one of the public internet. */
export function isPublicAddress(host: string): boolean {
  const [address = ''] = withoutBrackets(host).split('%')
  const family = isIP(address)
  return family !== 0 && !special.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** What asks the name service for every address of a name. */
export type ResolveAll = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/**
 * Looks names up for a connection, and gives it public addresses only: whoever owns a name decides what it stands for, and
 * may say something else each time it is asked.
 */
export function createPublicLookup(resolveAll: ResolveAll = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolveAll(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const open = addresses.filter(({ address }) => isPublicAddress(address))
      const [first] = open
      if (!first) return callback(privateRefusal(hostname), [])
      if (options.all === true) callback(null, open)
      else callback(null, first.address, first.family)
    })
  }
}
