import type { MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { createContext } from 'react'

/** What can be done to a message of the conversation. */
export interface MessageActions {
  reply: (row: MessageRow) => void
  edit: (row: MessageRow) => void
  react: (row: MessageRow, emoji: string) => void
  pin: (row: MessageRow) => void
  /** Asks first: what is recalled cannot be brought back. */
  recall: (row: MessageRow) => void
  /** Tells the moderators what is wrong with it. */
  report: (row: MessageRow) => void
  copyText: (row: MessageRow) => void
  copyLink: (row: MessageRow) => void
  /** Goes to a message of this room. */
  jump: (seq: number) => void
  /** Tries an unsent message again. */
  retry: (clientId: string) => void
  /** Gives an unsent message up. */
  discard: (clientId: string) => void
}

interface ConversationValue {
  roomId: string
  ownId: string
  isPrivate: boolean
  role: Room['role']
  canPost: boolean
  actions: MessageActions
}

const ConversationContext = createContext<ConversationValue | null>(null)

export const ConversationProvider = ConversationContext.Provider

export const useConversation = () => {
  const value = useContext(ConversationContext)
  if (!value) throw new Error('useConversation needs a ConversationProvider around it.')
  return value
}
