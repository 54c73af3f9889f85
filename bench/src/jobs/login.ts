import { cpuUs, repeatFor } from '../measure.ts'
import { interleave, medianOf, microseconds, rate, type Effort, type Line } from '../report.ts'
import { startProduct, startReference, type Target } from '../target.ts'

const atOnce = 4
const password = 'correct horse battery'

interface Result {
  perSecond: number
  cpuEach: number
}

async function measure(target: Target, seconds: number, ask: () => Promise<Response>): Promise<Result> {
  const cpuBefore = cpuUs(target.pids)
  const answers = await repeatFor(seconds, atOnce, async () => {
    const response = await ask()
    if (!response.ok) throw new Error(`${target.name} answered ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
  })
  return { perSecond: answers / seconds, cpuEach: (cpuUs(target.pids) - cpuBefore) / answers }
}

/** Signing in, beside nothing but the hash that it must compute. */
export async function loginJob({ rounds, seconds }: Effort): Promise<Line[]> {
  const product = await startProduct(1)
  const reference = await startReference('argon2.ts')
  const post = (path: string, body: object) =>
    fetch(`${product.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  await post('/api/register', { email: 'login@example.com', username: 'login', password })
  const [ours, theirs] = await interleave(rounds, [
    () => measure(product, seconds, () => post('/api/login', { login: 'login', password })),
    () => measure(reference, seconds, () => fetch(`${reference.origin}/verify`)),
  ])
  await reference.stop()
  await product.stop()
  const pick = ({ perSecond }: Result) => perSecond
  const say = (results: Result[] | undefined) =>
    `${rate(medianOf(results, pick))}, ${microseconds(medianOf(results, ({ cpuEach }) => cpuEach))}`
  return [
    {
      job: 'login',
      what: 'sign-ins',
      ours: say(ours),
      reference: say(theirs),
      ratio: medianOf(ours, pick) / medianOf(theirs, pick),
    },
  ]
}
