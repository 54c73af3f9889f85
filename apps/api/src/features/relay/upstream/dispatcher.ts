import { Agent, buildConnector } from 'undici'
import { createPublicLookup, hostRefusal, portOf, type AllowedHosts, type ResolveAll } from './addresses.ts'

interface DispatcherOptions {
  /** How long a connection may take to open, TLS included. */
  connectMs: number
  /** Asked for each connection: the setting may change. */
  hosts: () => AllowedHosts
  resolveAll?: ResolveAll
}

/** Idle connections are worth keeping: opening one costs as much as a short answer. */
const keptMs = 30_000

/** A name may stand for another address later, and the list of hosts may change. */
const connectionAgeMaxMs = 5 * 60_000

/**
 * Connections to upstreams. Whether a host may be called is checked where a connection is opened, against the address it is
 * opened to; on kept ones it costs nothing. Never follows a redirect.
 */
export function createDispatcher({ connectMs, hosts, resolveAll }: DispatcherOptions): Agent {
  const common = { timeout: connectMs, allowH2: false }
  const toListed = buildConnector(common)
  const toPublic = buildConnector({ ...common, lookup: createPublicLookup(resolveAll) })
  return new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: keptMs,
    clientTtl: connectionAgeMaxMs,
    connect(options, callback) {
      const port = portOf(options.protocol, options.port)
      const hostname = options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname
      const allowed = hosts()
      const refused = hostRefusal(hostname, port, allowed)
      if (refused) callback(refused, null)
      else if (allowed.isListed(hostname, port)) toListed(options, callback)
      else toPublic(options, callback)
    },
  })
}
