import { ArrowUp, Check } from 'lucide-react'
import type { ClipboardEvent, KeyboardEvent, ReactNode, Ref } from 'react'
import { complete, completionAt, type Completion } from './completion.ts'
import { CompletionList, useCompletions } from './completion-list.tsx'
import { EmojiButton } from './emoji-button.tsx'
import { isComposing, isSendKey } from './send-key.ts'

interface ComposerFieldProps {
  field: Ref<HTMLTextAreaElement>
  roomId: string
  value: string
  onChange: (text: string) => void
  onSubmit: () => void
  /** Whether there is something to send. */
  canSubmit: boolean
  /** Keys that mean something besides writing; answers whether one did. */
  onKey?: (key: string) => boolean
  onFiles?: (files: File[]) => void
  label: string
  submitLabel: string
  /** A message that exists already is saved, not sent. */
  saves?: boolean
  before?: ReactNode
}

/** Where words are written: grows with them, completes names and emoji, sends with Enter. */
export function ComposerField(props: ComposerFieldProps) {
  const { field, roomId, value, onChange, onSubmit, canSubmit, onKey, onFiles, label, submitLabel } = props
  const { t } = useTranslation('messages')
  const element = useRef<HTMLTextAreaElement>(null)
  const [completion, setCompletion] = useState<Completion | null>(null)
  const [chosen, setChosen] = useState(0)
  const options = useCompletions(roomId, completion)
  const listId = useId()
  useImperativeHandle(field, () => elementOf(element.current), [])
  useLayoutEffect(() => {
    if (element.current) fitToText(element.current, value)
  }, [value])

  const look = (target: HTMLTextAreaElement) => {
    const isCaret = target.selectionStart === target.selectionEnd
    setCompletion(isCaret ? completionAt(target.value, target.selectionStart) : null)
    setChosen(0)
  }
  const put = (text: string, caret: number) => {
    onChange(text)
    setCompletion(null)
    // After React has put the text there.
    requestAnimationFrame(() => {
      element.current?.focus()
      element.current?.setSelectionRange(caret, caret)
    })
  }
  const choose = (index: number) => {
    const option = options[index]
    if (!completion || !option) return
    const done = complete(value, completion, option.insert)
    put(done.text, done.caret)
  }
  const insert = (emoji: string) => {
    const at = element.current?.selectionStart ?? value.length
    put(value.slice(0, at) + emoji + value.slice(at), at + emoji.length)
  }

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const press = event.nativeEvent
    if (isComposing(press)) return
    if (options.length > 0 && chooseByKey(event.key)) return event.preventDefault()
    if (isSendKey(press)) {
      event.preventDefault()
      if (canSubmit) onSubmit()
    } else if (onKey?.(event.key)) event.preventDefault()
  }
  const chooseByKey = (key: string) => {
    if (key === 'ArrowDown') setChosen((chosen + 1) % options.length)
    else if (key === 'ArrowUp') setChosen((chosen + options.length - 1) % options.length)
    else if (key === 'Enter' || key === 'Tab') choose(chosen)
    else if (key === 'Escape') setCompletion(null)
    else return false
    return true
  }
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files]
    if (files.length === 0 || !onFiles) return
    event.preventDefault()
    onFiles(files)
  }

  return (
    <div className="flex items-end gap-1 p-2">
      {options.length > 0 && <CompletionList id={listId} options={options} chosen={chosen} onChoose={choose} />}
      {props.before}
      <textarea
        ref={element}
        rows={1}
        value={value}
        aria-label={label}
        placeholder={label}
        enterKeyHint="send"
        aria-autocomplete="list"
        aria-controls={options.length > 0 ? listId : undefined}
        aria-activedescendant={options.length > 0 ? `${listId}-${chosen}` : undefined}
        onChange={({ target }) => {
          onChange(target.value)
          look(target)
        }}
        onSelect={({ currentTarget }) => look(currentTarget)}
        onBlur={() => setCompletion(null)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="placeholder:text-faint placeholder:truncate max-h-[calc(var(--viewport-height,100dvh)*0.4)] min-h-9 min-w-0 flex-1 resize-none bg-transparent px-1.5 py-[7px] outline-none pointer-coarse:py-[11px]"
      />
      <EmojiButton label={t('composer.emoji')} onPick={insert} />
      <button
        type="button"
        aria-label={submitLabel}
        data-tooltip={submitLabel}
        data-shortcut="Enter"
        disabled={!canSubmit}
        onClick={onSubmit}
        className="bg-accent text-accent-contrast disabled:bg-hover disabled:text-faint grid size-9 flex-none place-items-center rounded-md transition-colors duration-120 pointer-coarse:size-11 [&_svg]:icon"
      >
        {props.saves ? <Check /> : <ArrowUp />}
      </button>
    </div>
  )
}

/** The field is there for as long as anybody could ask for it. */
const elementOf = (element: HTMLTextAreaElement | null) => {
  if (!element) throw new Error('the composer was asked for its field before it had one')
  return element
}

/** Makes the field as high as its text; its maximum stands in the style. */
function fitToText(field: HTMLTextAreaElement, text: string) {
  field.style.height = 'auto'
  // An empty field would take the height of a placeholder that wraps.
  field.style.height = text === '' ? '' : `${field.scrollHeight}px`
}
