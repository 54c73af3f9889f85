import { listLogs, type RelayLog } from '@parley/protocol/relay-usage'
import { useClient } from '../../realtime/client-context.tsx'

const everyMs = 2_000

/** The first call of a token, as soon as it is in the log; asks gently until then, while the page is in sight. */
export function useFirstCall(tokenId: string): RelayLog | undefined {
  const { rest } = useClient()
  const [call, setCall] = useState<RelayLog>()
  const hasArrived = call !== undefined
  useEffect(() => {
    if (hasArrived) return undefined
    const controller = new AbortController()
    const ask = async () => {
      if (document.visibilityState !== 'visible') return
      try {
        const query = { token_id: tokenId, per_page: 1 }
        const { data } = await rest.call(listLogs, { query }, { signal: controller.signal })
        setCall(data.logs[0])
      } catch {
        // Not reached this time, or no longer wanted: it is asked for again while anybody waits.
      }
    }
    const timer = setInterval(() => void ask(), everyMs)
    return () => {
      clearInterval(timer)
      controller.abort()
    }
  }, [rest, tokenId, hasArrived])
  return call
}
