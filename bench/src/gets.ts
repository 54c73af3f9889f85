import { Agent, get as httpGet } from 'node:http'
import { cpuUs, repeatFor } from './measure.ts'
import type { Target } from './target.ts'

const atOnce = 8

/** Connections are kept and used again, as browsers do. */
export const agent = new Agent({ keepAlive: true, maxSockets: atOnce })

/** The body of an address that answers 200. */
export const get = (url: string, token: string): Promise<string> =>
  new Promise((resolve, reject) => {
    httpGet(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => (response.statusCode === 200 ? resolve(body) : reject(new Error(`${url}: ${body}`))))
    }).on('error', reject)
  })

export interface GetResult {
  perSecond: number
  /** CPU of the target for one request, in microseconds. */
  cpuEach: number
}

/** Asks one address again and again, a few requests at a time. */
export async function measureGets(
  target: Pick<Target, 'pids'>,
  url: string,
  token: string,
  seconds: number,
): Promise<GetResult> {
  const cpuBefore = cpuUs(target.pids)
  const answers = await repeatFor(seconds, atOnce, async () => void (await get(url, token)))
  return { perSecond: answers / seconds, cpuEach: (cpuUs(target.pids) - cpuBefore) / answers }
}
