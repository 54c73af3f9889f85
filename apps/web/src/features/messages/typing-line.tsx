import { useClient } from '../../realtime/client-context.tsx'
import { useUsers } from '../people/use-user.ts'

const shownForMs = 5_000
const namedMax = 2

/** Who is typing. Takes its line always, so that nothing jumps when somebody begins. */
export function TypingLine({ roomId, ownId }: { roomId: string; ownId: string }) {
  const { t } = useTranslation('messages')
  const ids = useTyping(roomId, ownId)
  const names = useUsers(ids)
    .filter((user) => user !== undefined)
    .map(({ displayName }) => displayName)
  const [first = '', second = ''] = names
  const text =
    names.length === 0
      ? ''
      : names.length > namedMax
        ? t('typing.several')
        : names.length === namedMax
          ? t('typing.two', { first, second })
          : t('typing.one', { name: first })
  return (
    <p className="text-muted h-[22px] flex-none truncate pr-5 pl-[60px] text-sm leading-[22px] md:pl-[68px]">{text}</p>
  )
}

function useTyping(roomId: string, ownId: string): readonly string[] {
  const { socket, engine } = useClient()
  const [ids, setIds] = useState<readonly string[]>([])
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>()
    const stop = (userId: string) => {
      clearTimeout(timers.get(userId))
      if (timers.delete(userId)) setIds([...timers.keys()])
    }
    const endTyping = socket.on('typing', (event) => {
      if (event.roomId !== roomId || event.userId === ownId) return
      clearTimeout(timers.get(event.userId))
      timers.set(event.userId, setTimeout(stop, shownForMs, event.userId))
      setIds([...timers.keys()])
    })
    const endAdvanced = engine.on((event) => {
      if (event.type !== 'advanced' || event.roomId !== roomId) return
      for (const { senderId } of event.rows) stop(senderId)
    })
    return () => {
      endTyping()
      endAdvanced()
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }, [socket, engine, roomId, ownId])
  return ids
}
