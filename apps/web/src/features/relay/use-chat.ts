import { listLogs } from '@parley/protocol/relay-usage'
import { useClient } from '../../realtime/client-context.tsx'
import { callChat, ChatFailure, type ChatMessage, type ChatUsage } from './chat-call.ts'
import { useChatProblem } from './use-chat-problem.ts'

/** What somebody said, or the model. */
export interface Turn {
  role: 'user' | 'assistant'
  text: string
  thinking: string
  usage: ChatUsage | null
  firstTokenMs: number | null
  /** Names the call in the log; null until it has ended well. */
  requestId: string | null
  /** The line of the log, once it is known. */
  log: { id: string; cost: number } | null
  problem: string | null
  isStopped: boolean
}

export interface ChatOptions {
  key: string
  model: string
  system: string
  temperature: number | null
  maxTokens: number | null
}

const emptyTurn: Omit<Turn, 'role' | 'text'> = {
  thinking: '',
  usage: null,
  firstTokenMs: null,
  requestId: null,
  log: null,
  problem: null,
  isStopped: false,
}

/** A bill is written with the answer's end, so it is there at once or a moment later. */
const billAfterMs = [0, 300, 1_000, 3_000]

/** A conversation with a model through the relay. */
export function useChat() {
  const { rest } = useClient()
  const problemText = useChatProblem()
  const [turns, setTurns] = useState<readonly Turn[]>([])
  const [running, setRunning] = useState<AbortController>()
  useEffect(() => () => running?.abort(), [running])

  const changeLast = (change: (turn: Turn) => Partial<Turn>) =>
    setTurns((current) =>
      current.map((turn, index) => (index === current.length - 1 ? { ...turn, ...change(turn) } : turn)),
    )

  const findBill = async (requestId: string) => {
    for (const pauseMs of billAfterMs) {
      // One question after the other.
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      // oxlint-disable-next-line no-await-in-loop
      const { data } = await rest.call(listLogs, { query: { request_id: requestId, per_page: 1 } })
      const [log] = data.logs
      if (!log) continue
      setTurns((current) =>
        current.map((turn) => (turn.requestId === requestId ? { ...turn, log: { id: log.id, cost: log.cost } } : turn)),
      )
      return
    }
  }

  const send = async (text: string, { key, model, system, temperature, maxTokens }: ChatOptions) => {
    const controller = new AbortController()
    const { signal } = controller
    const said: Turn = { ...emptyTurn, role: 'user', text }
    const before = [...turns.filter(({ problem }) => problem === null), said]
    const messages: ChatMessage[] = [
      ...(system.trim() === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...before.map(({ role, text: content }) => ({ role, content })),
    ]
    setTurns([...before, { ...emptyTurn, role: 'assistant', text: '' }])
    setRunning(controller)
    const startedMs = performance.now()
    try {
      const requestId = await callChat({
        key,
        signal,
        request: {
          model,
          messages,
          ...(temperature !== null && { temperature }),
          ...(maxTokens !== null && { max_completion_tokens: maxTokens }),
        },
        onPiece: (piece) =>
          changeLast((turn) => ({
            text: turn.text + piece.text,
            thinking: turn.thinking + piece.thinking,
            usage: piece.usage ?? turn.usage,
            firstTokenMs:
              turn.firstTokenMs ?? (piece.text + piece.thinking === '' ? null : performance.now() - startedMs),
          })),
      })
      changeLast(() => ({ requestId }))
      // Without its bill the answer still stands.
      if (requestId !== null) findBill(requestId).catch(() => undefined)
    } catch (error) {
      if (signal.aborted) changeLast(() => ({ isStopped: true }))
      else if (error instanceof ChatFailure) changeLast(() => ({ problem: problemText(error) }))
      else throw error
    } finally {
      setRunning(undefined)
    }
  }

  return {
    turns,
    isRunning: running !== undefined,
    send,
    stop: () => running?.abort(),
    clear: () => {
      running?.abort()
      setTurns([])
    },
  }
}
