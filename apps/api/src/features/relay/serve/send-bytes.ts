import type { ServerResponse } from 'node:http'
import type { UpstreamAnswer } from '../upstream/client.ts'
import type { Served } from './attempt.ts'
import { countedUsage, type Call, type Ending } from './call.ts'
import { channelPart, clientLeft, elapsedMs, headersFor, type Result } from './send.ts'
import { stuckMsMax } from './sink.ts'

/** Sends bytes as they come, as fast as the client takes them. */
export function pipeBytes(answer: UpstreamAnswer, res: ServerResponse): Promise<'complete' | 'broken'> {
  let stuck: NodeJS.Timeout | undefined
  res.once('close', () => clearTimeout(stuck))

  /** Nobody else would notice: an upstream that is paused has no time limit. */
  function waitForReader(): void {
    answer.pause()
    stuck = setTimeout(() => res.destroy(), stuckMsMax)
    res.once('drain', () => {
      clearTimeout(stuck)
      stuck = undefined
      answer.resume()
    })
  }

  return new Promise((resolve) => {
    answer.read({
      data(chunk) {
        answer.begun()
        if (!res.write(chunk) && stuck === undefined) waitForReader()
      },
      end() {
        res.end()
        resolve('complete')
      },
      fail() {
        // Cut off, so that the client does not take a part for the whole.
        res.destroy()
        resolve('broken')
      },
    })
  })
}

/** Sends what is neither JSON nor events, such as sound. */
export async function sendBytes(
  call: Call,
  served: Served,
  { status, answer }: Result<'bytes'>,
  res: ServerResponse,
): Promise<Ending> {
  const firstTokenMs = elapsedMs(call)
  res.writeHead(status, headersFor(call, served))
  const how = await pipeBytes(answer, res)
  const ending = { ...channelPart(served), firstTokenMs, usage: countedUsage(call, 0) }
  if (call.hasLeft) return { ...ending, ...clientLeft }
  if (how === 'complete') return { ...ending, status }
  return { ...ending, status, error: { code: 'stream_broken', message: 'The answer broke off.' } }
}
