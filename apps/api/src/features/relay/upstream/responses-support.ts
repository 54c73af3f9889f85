/** Knows which channels were found not to have the responses API; they are asked again after a while. */
export interface ResponsesSupport {
  lacks(channelId: string): boolean
  /** To be called when a channel answered a call of the responses API with an error. Answers whether it lacks the API. */
  note(channelId: string, status: number, body: Buffer): boolean
}

const keptMs = 10 * 60_000

/** Statuses with which servers say that they have no such path, or not for this method. */
const missingStatuses = new Set([404, 405, 501])

/** Whether a 404 is about the path: one about the model, or about an earlier response, says so; a page of HTML never is. */
function isAboutPath(body: Buffer): boolean {
  const text = body.subarray(0, 4_096).toString('utf8').trimStart()
  return text.startsWith('<') || !/model|not_found_error|resp_/i.test(text)
}

export function createResponsesSupport(nowMs: () => number = () => performance.now()): ResponsesSupport {
  const missingUntilMs = new Map<string, number>()
  return {
    lacks: (channelId) => (missingUntilMs.get(channelId) ?? 0) > nowMs(),
    note(channelId, status, body) {
      if (!missingStatuses.has(status) || !isAboutPath(body)) return false
      missingUntilMs.set(channelId, nowMs() + keptMs)
      return true
    },
  }
}
