export function SidePanel({ roomId, name }: { roomId: string; name: string }) {
  return <div className="h-full" data-room={roomId} data-panel={name} />
}
