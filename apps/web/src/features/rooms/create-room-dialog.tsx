export function CreateRoomDialog({ onClose }: { onClose: () => void }) {
  return <button type="button" onClick={onClose} />
}
