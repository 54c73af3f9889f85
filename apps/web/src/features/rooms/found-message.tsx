import type { MessageRow } from '@parley/protocol/messages'
import type { ReactNode } from 'react'
import { Avatar } from '../../ui/avatar.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { avatarSource, useUser } from '../people/use-user.ts'

interface FoundMessageProps {
  row: MessageRow
  onOpen: () => void
  /** A line above: where it was said. */
  place?: ReactNode
  /** A line below: why it is here. */
  note?: ReactNode
  /** A button at the end. */
  action?: ReactNode
  /** Its words. */
  children: ReactNode
}

/** A message outside its conversation, which it leads to. */
export function FoundMessage({ row, onOpen, place, note, action, children }: FoundMessageProps) {
  const sender = useUser(row.senderId)
  return (
    <article className="group hover:bg-hover relative mx-1.5 flex gap-2.5 rounded-md px-2.5 py-2.5">
      {sender ? (
        <Avatar id={sender.id} name={sender.displayName} src={avatarSource(sender)} size="sm" />
      ) : (
        <span className="bg-hover size-7 flex-none rounded-full" />
      )}
      <div className="min-w-0 flex-1">
        <button
          type="button"
          onClick={onOpen}
          className="block w-full text-left outline-none before:absolute before:inset-0 before:rounded-md focus-visible:before:outline-2 focus-visible:before:outline-accent"
        >
          {place && <span className="text-faint mb-0.5 block truncate text-xs">{place}</span>}
          <span className="flex items-baseline gap-2">
            <span className="truncate text-sm font-semibold">{sender?.displayName ?? '…'}</span>
            <RelativeTime
              at={row.createdAt}
              length="short"
              className="text-faint relative flex-none text-xs tabular-nums"
            />
          </span>
          <span className="line-clamp-4 text-sm leading-5 break-words">{children}</span>
          {note && <span className="text-faint mt-0.5 block truncate text-xs">{note}</span>}
        </button>
      </div>
      {action && (
        <div className="absolute top-1 right-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:static pointer-coarse:-m-1.5 pointer-coarse:opacity-100">
          {action}
        </div>
      )}
    </article>
  )
}
