import { Input } from '@chakra-ui/react'
import { X } from 'lucide-react'
import type { KeyboardEvent } from 'react'

interface TagsFieldProps {
  label: string
  hint?: string
  error?: string | undefined
  tags: readonly string[]
  /** What may be meant while somebody types. */
  suggestions?: readonly string[]
  maxLength: number
  /** Names the button that takes a tag away. */
  removeLabel: (tag: string) => string
  onChange: (tags: string[]) => void
}

/** Several short texts, each entered with Enter or a comma, or by leaving the field. */
export function TagsField(props: TagsFieldProps) {
  const { label, hint, error, tags, suggestions = [], maxLength, removeLabel, onChange } = props
  const id = useId()
  const [text, setText] = useState('')
  const add = () => {
    const added = text
      .split(/[,\n]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
    if (added.length > 0) onChange([...new Set([...tags, ...added])])
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if ((event.key === 'Enter' || event.key === ',') && text.trim() !== '') {
      event.preventDefault()
      add()
    }
    if (event.key === 'Backspace' && text === '') onChange(tags.slice(0, -1))
  }
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-semibold">
        {label}
      </label>
      {tags.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {tags.map((tag) => (
            <li
              key={tag}
              className="bg-accent-soft flex max-w-full min-w-0 items-center gap-0.5 rounded-md pl-2 text-sm"
            >
              <span className="truncate">{tag}</span>
              <button
                type="button"
                aria-label={removeLabel(tag)}
                onClick={() => onChange(tags.filter((each) => each !== tag))}
                className="text-muted hover:text-fg grid size-7 flex-none place-items-center rounded-md pointer-coarse:size-11"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Input
        id={id}
        value={text}
        maxLength={maxLength}
        list={`${id}-suggestions`}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={Boolean(error)}
        aria-describedby={error || hint ? `${id}-note` : undefined}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
        onBlur={add}
      />
      <datalist id={`${id}-suggestions`}>
        {suggestions
          .filter((suggestion) => !tags.includes(suggestion))
          .map((suggestion) => (
            <option key={suggestion} value={suggestion}>
              {suggestion}
            </option>
          ))}
      </datalist>
      {(error || hint) && (
        <p
          id={`${id}-note`}
          role={error ? 'alert' : undefined}
          className={`text-sm ${error ? 'text-danger' : 'text-muted'}`}
        >
          {error ?? hint}
        </p>
      )}
    </div>
  )
}
