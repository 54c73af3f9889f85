import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agent, get, measureGets, type GetResult } from '../gets.ts'
import { interleave, medianOf, microseconds, rate, type Effort, type Line } from '../report.ts'
import { insertMessages, insertRoom, startProduct, startReference } from '../target.ts'

const messageCount = 10_000

/** Turns of each variant in a round: what the machine does meanwhile hits all of them alike. */
const turns = 5

const variants = [
  ['/hooks', 'hooks of every route: headers, metrics, logs', undefined],
  ['/auth', 'with the session', undefined],
  ['/access', 'with the session and a permission', undefined],
  ['/limits', 'with the session and the limits', undefined],
  ['/api/room/messages', 'all guards: the route as it is', { least: 0.6 }],
  ['/cache-miss', 'with the route cache, never hit', undefined],
  ['/cache-hit', 'with the route cache, always hit', undefined],
] as const

const pick = ({ perSecond }: GetResult) => perSecond
const say = (results: GetResult[] | undefined) =>
  `${rate(medianOf(results, pick))}, ${microseconds(medianOf(results, ({ cpuEach }) => cpuEach))}`

/** The same read bare and behind each guard, and what a permission costs from memory. */
export async function guardsJob({ rounds, seconds }: Effort): Promise<Line[]> {
  const product = await startProduct(2)
  const [person] = product.people
  if (!person) throw new Error('nobody is there to read')
  const roomId = await insertRoom(
    product.sql,
    product.people.map(({ id }) => id),
  )
  await insertMessages(product.sql, roomId, person.id, messageCount)
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-guards-'))
  const server = await startReference(
    'guards.ts',
    {
      DATABASE_URL: product.databaseUrl,
      JWT_SECRET: product.secret,
      ENCRYPTION_KEY: product.secret,
      DATA_DIR: dataDir,
      LOG_DIR: 'off',
      LOG_LEVEL: 'error',
      RATE_READ: '1000000',
    },
    product.databasePid,
  )
  const guarded = await get(`${server.origin}/`, person.token)
  const query = `?roomId=${roomId}&limit=50`
  const urls = [`${server.origin}/bare${query}`, ...variants.map(([path]) => `${guarded}${path}${query}`)]
  // Whoever is measured first would pay for the compiler.
  for (const url of urls) await measureGets(server, url, person.token, 1)
  const [bare, ...results] = await interleave(
    rounds * turns,
    urls.map((url) => () => measureGets(server, url, person.token, seconds / turns)),
  )
  const checkUs = Number(await get(`${guarded}/authorize`, person.token))
  agent.destroy()
  await server.stop()
  await product.stop()
  await rm(dataDir, { recursive: true, force: true })
  return [
    ...variants.map(([, what, aim], index) => ({
      job: 'guards',
      what,
      ours: say(results[index]),
      reference: say(bare),
      ratio: medianOf(results[index], pick) / medianOf(bare, pick),
      ...(aim && { aim }),
    })),
    {
      job: 'guards',
      what: 'a permission from memory',
      ours: `${checkUs.toFixed(2)} us`,
      reference: '5 us',
      ratio: checkUs / 5,
      aim: { most: 1 },
    },
  ]
}
