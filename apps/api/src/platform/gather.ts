import { setImmediate as nextTurn } from 'node:timers/promises'
import { requestContext, withRequestContext, type RequestContext } from './request-context.ts'

interface Asked<Answer> {
  /** The request that asks. */
  context: RequestContext
  resolve: (answer: Answer | undefined) => void
  reject: (error: unknown) => void
}

/** Time from one question to the next: in a storm a dozen share one, and nobody waits long for it. */
const pauseMs = 5

/**
 * Turns many questions about one thing each into few about many: what is asked while an answer is on its way, or in the
 * pause around it, makes up the next question. A lone question is asked at once. `undefined` is the answer for what `ask`
 * leaves out.
 */
export function createGather<Answer>(
  ask: (keys: string[]) => Promise<Map<string, Answer>>,
  { keysMax }: { keysMax: number },
): (key: string) => Promise<Answer | undefined> {
  let waiting = new Map<string, Asked<Answer>[]>()
  let running = false

  async function askAbout(batch: [string, Asked<Answer>[]][]): Promise<void> {
    try {
      const answers = await ask(batch.map(([key]) => key))
      for (const [key, asked] of batch) for (const { resolve } of asked) resolve(answers.get(key))
    } catch (error) {
      for (const [, asked] of batch) for (const { reject } of asked) reject(error)
    }
  }

  async function run(): Promise<void> {
    running = true
    // What is asked in the same turn of the event loop goes together from the start.
    await nextTurn()
    while (waiting.size > 0) {
      const pause = new Promise((resolve) => setTimeout(resolve, pauseMs))
      const all = [...waiting]
      waiting = new Map(all.slice(keysMax))
      const batch = all.slice(0, keysMax)
      // Asked as the first of those who wait, and not for ever as who once began.
      const context = batch[0]?.[1][0]?.context ?? requestContext()
      await withRequestContext(context, () => askAbout(batch))
      // Where enough wait for a full question there is nothing to pause for.
      if (waiting.size < keysMax) await pause
    }
    running = false
  }

  return (key) =>
    new Promise((resolve, reject) => {
      const asked = waiting.get(key)
      const each = { context: requestContext(), resolve, reject }
      if (asked) asked.push(each)
      else waiting.set(key, [each])
      if (!running) void run()
    })
}
