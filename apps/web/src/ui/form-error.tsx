import { CircleAlert } from 'lucide-react'

/** Why a form could not be sent, above its button. */
export function FormError({ message }: { message: string | undefined }) {
  if (!message) return null
  return (
    <p role="alert" className="text-danger flex gap-2 text-sm">
      <CircleAlert aria-hidden className="icon" />
      {message}
    </p>
  )
}
