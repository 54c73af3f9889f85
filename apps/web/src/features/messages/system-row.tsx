import type { MessageRow, SystemBody } from '@parley/protocol/messages'
import { useSystemText } from './system-text.ts'

/** What happened to the room, as a quiet line. */
export function SystemRow({ row, body }: { row: MessageRow; body: SystemBody }) {
  const text = useSystemText({ body, senderId: row.senderId })
  return <p className="text-muted px-5 py-1.5 text-center text-sm text-balance">{text}</p>
}
