interface ConversationProps {
  roomId: string
  /** A message to show first. */
  seq?: number
}

export function Conversation({ roomId, seq }: ConversationProps) {
  return <section className="bg-raised h-full" data-room={roomId} data-seq={seq} />
}
