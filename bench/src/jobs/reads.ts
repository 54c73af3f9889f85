import { setTimeout as delay } from 'node:timers/promises'
import { agent, get, measureGets, type GetResult } from '../gets.ts'
import { median } from '../measure.ts'
import { interleave, medianOf, microseconds, milliseconds, rate, type Effort, type Line } from '../report.ts'
import { insertMessages, insertRoom, startProduct, startReference, type Product } from '../target.ts'

const messageCount = 100_000
const questions = 15

/** Median time of one question asked alone. */
async function ask(question: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < questions; index += 1) {
    const beganMs = performance.now()
    await question()
    times.push(performance.now() - beganMs)
  }
  return median(times)
}

async function history(product: Product, roomId: string, token: string, { rounds, seconds }: Effort): Promise<Line> {
  const reference = await startReference(
    'indexed-select.ts',
    { REFERENCE_DATABASE_URL: product.databaseUrl },
    product.databasePid,
  )
  const [ours, theirs] = await interleave(rounds, [
    () => measureGets(product, `${product.origin}/api/room/messages?roomId=${roomId}&limit=50`, token, seconds),
    () => measureGets(reference, `${reference.origin}/rows/${roomId}`, token, seconds),
  ])
  await reference.stop()
  const pick = ({ perSecond }: GetResult) => perSecond
  const say = (results: GetResult[] | undefined) =>
    `${rate(medianOf(results, pick))}, ${microseconds(medianOf(results, ({ cpuEach }) => cpuEach))}`
  return {
    job: 'history',
    what: 'last 50 of 100,000, requests',
    ours: say(ours),
    reference: say(theirs),
    ratio: medianOf(ours, pick) / medianOf(theirs, pick),
    aim: { least: 0.6 },
  }
}

async function sync(product: Product, roomId: string, token: string): Promise<Line[]> {
  const page = (change: number) =>
    get(`${product.origin}/api/room/sync?roomId=${roomId}&change=${change}&epoch=1`, token)
  const catchUp = async () => {
    for (let change = messageCount - 2_900; change < messageCount; change += 300) await page(change)
  }
  const startOver = async () => {
    await page(messageCount - 10_000)
    await get(`${product.origin}/api/room/messages?roomId=${roomId}&limit=50`, token)
  }
  const line = (what: string, ms: number): Line => ({ job: 'sync', what, ours: milliseconds(ms), reference: '' })
  return [
    line('10,000 changes missed: reset and a new window', await ask(startOver)),
    line('2,900 changes missed: ten pages', await ask(catchUp)),
  ]
}

async function search(product: Product, token: string): Promise<Line[]> {
  const find = (query: string) => get(`${product.origin}/api/search?query=${encodeURIComponent(query)}`, token)
  for (;;) {
    const [[progress]] = await product.sql.query<[{ indexed: number | null }] & never[]>(
      'SELECT MAX(indexed_change) AS indexed FROM search_progress',
    )
    if ((progress?.indexed ?? 0) >= messageCount) break
    await delay(500)
  }
  const line = async (what: string, query: string): Promise<Line> => ({
    job: 'search',
    what: `100,000 messages, ${what}`,
    ours: milliseconds(await ask(() => find(query))),
    reference: '',
  })
  return [
    await line('a word in most of them', 'rollback'),
    await line('three words', 'rollback window index'),
    await line('Chinese', '数据库'),
    await line('a word in none', 'nowhere'),
  ]
}

/** History, sync and search in a room of 100,000 messages. */
export async function readsJob(effort: Effort): Promise<Line[]> {
  const product = await startProduct(2)
  const [person] = product.people
  if (!person) throw new Error('nobody is there to read')
  const roomId = await insertRoom(
    product.sql,
    product.people.map(({ id }) => id),
  )
  await insertMessages(product.sql, roomId, person.id, messageCount)
  const lines = [await history(product, roomId, person.token, effort), ...(await sync(product, roomId, person.token))]
  // The indexer hears of a room by its commits; what was filled in by SQL it finds with the next message.
  await fetch(`${product.origin}/api/room/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ roomId, clientId: crypto.randomUUID(), body: { kind: 'text', text: 'last' } }),
  })
  lines.push(...(await search(product, person.token)))
  agent.destroy()
  await product.stop()
  return lines
}
