import type { OutboxEntry } from './outbox-store.ts'
import type { Locks, TabChannel } from './tabs.ts'

/** What tabs tell each other of the outbox they share. */
export type OutboxNews = { type: 'put'; entry: OutboxEntry } | { type: 'remove'; clientId: string }

interface OutboxTabsOptions {
  userId: string
  locks: Locks | undefined
  openChannel: ((name: string) => TabChannel) | undefined
  onNews: (news: OutboxNews) => void
  /** Whether this tab is the one that sends. */
  onLead: (leading: boolean) => void
}

export interface OutboxTabs {
  tell: (news: OutboxNews) => void
  /** Takes the lead from a tab that does not send, perhaps because the system put it to sleep. */
  takeLead: () => void
  leave: () => void
}

/** One tab sends for all of a person's tabs, and all of them see it. Alone, this tab leads. */
export function joinOutboxTabs({ userId, locks, openChannel, onNews, onLead }: OutboxTabsOptions): OutboxTabs {
  const name = `parley.outbox.${userId}`
  const left = new AbortController()
  const channel = openChannel?.(name)
  channel?.addEventListener('message', ({ data }) => {
    if (isOutboxNews(data)) onNews(data)
  })

  function lead(steal: boolean) {
    if (!locks) return onLead(true)
    const options = steal ? { steal } : { signal: left.signal }
    locks
      .request(name, options, () => {
        if (left.signal.aborted) return Promise.resolve()
        onLead(true)
        return new Promise<void>((resolve) => left.signal.addEventListener('abort', () => resolve()))
      })
      .catch(() => {
        // The wait was called off by leaving, or the lead was taken by another tab: queue up behind it.
        if (left.signal.aborted) return
        onLead(false)
        lead(false)
      })
  }

  lead(false)
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel of one origin has none to name
    tell: (news) => channel?.postMessage(news),
    takeLead: () => lead(true),
    leave() {
      left.abort()
      channel?.close()
    },
  }
}

function isOutboxNews(data: unknown): data is OutboxNews {
  return typeof data === 'object' && data !== null && 'type' in data && (data.type === 'put' || data.type === 'remove')
}
