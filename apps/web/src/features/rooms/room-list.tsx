export function RoomList() {
  return <div className="h-full" />
}
