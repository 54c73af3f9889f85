import { mediaCrossOrigin } from '../api-origin.ts'
import { avatarColours } from './theme/palette.ts'

export type PresenceShape = 'online' | 'away' | 'offline'

interface AvatarProps {
  /** Chooses the colour, so that somebody keeps theirs whatever their name. */
  id: string
  name: string
  /** Address of the picture; without one the initials show. */
  src?: string | null
  size?: 'sm' | 'md' | 'lg' | 'xl'
  presence?: PresenceShape
  className?: string
}

const pixels = { sm: 28, md: 36, lg: 48, xl: 96 }
const text = { sm: 'text-[11px]', md: 'text-sm', lg: 'text-lg', xl: 'text-xl' }

/** First letters of two words; of a name without spaces in CJK, its last two characters at most. */
export const initialsOf = (name: string) => {
  const words = name.trim().split(/\s+/)
  const first = [...(words[0] ?? '')]
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(first[0] ?? '')) {
    return first.slice(-2).join('')
  }
  const second = [...(words[1] ?? '')]
  return `${first[0] ?? '?'}${second[0] ?? ''}`.toUpperCase()
}

const colourOf = (id: string) => {
  let hash = 0
  for (const character of id) hash = (hash * 31 + character.charCodeAt(0)) % 997
  return avatarColours[hash % avatarColours.length]
}

/** Decorative: the name stands beside it, or on the button around it. */
export function Avatar({ id, name, src, size = 'md', presence, className = '' }: AvatarProps) {
  const initials = initialsOf(name)
  return (
    <span
      aria-hidden
      className={`relative inline-grid flex-none place-items-center rounded-full leading-none font-semibold text-[#fff] select-none ${text[size]} ${className}`}
      style={{ width: pixels[size], height: pixels[size], backgroundColor: src ? undefined : colourOf(id) }}
    >
      {src ? (
        <img
          src={src}
          crossOrigin={mediaCrossOrigin}
          alt=""
          width={pixels[size]}
          height={pixels[size]}
          loading="lazy"
          className="bg-hover size-full rounded-full object-cover"
        />
      ) : size === 'sm' ? (
        [...initials].slice(0, /[A-Z]/.test(initials) ? 2 : 1).join('')
      ) : (
        initials
      )}
      {presence && presence !== 'offline' && <PresenceDot state={presence} large={size === 'xl'} />}
    </span>
  )
}

/** Full when online, a ring when away: a shape as well as a colour. */
function PresenceDot({ state, large }: { state: 'online' | 'away'; large: boolean }) {
  return (
    <i
      className={`border-panel absolute rounded-full ${large ? 'right-1 bottom-1 size-5 border-3' : '-right-px -bottom-px size-[11px] border-2'} ${
        state === 'online' ? 'bg-success' : 'bg-panel inset-ring-2 inset-ring-warning'
      }`}
    />
  )
}
