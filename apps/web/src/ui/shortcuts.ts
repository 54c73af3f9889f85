/** Keys are written `Mod+K`, `Alt+ArrowUp`, `?`: Mod is Command on Apple's systems and Control elsewhere. */
export interface KeyHint {
  keys: string
  /** What it does, as it stands in the help sheet. */
  description: string
}

export interface Shortcut extends KeyHint {
  /** Whether it also works while somebody types. */
  whileTyping?: boolean
  run: () => void
}

/** Keys that a part of the page listens to itself, while it has the focus. */
export interface KeyGroup {
  /** Where they work. */
  title: string
  hints: readonly KeyHint[]
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)
const registered = new Set<Shortcut>()
const groups = new Set<KeyGroup>()

const keyNames: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}

/** The keys as they are printed on the person's keyboard. */
export const formatKeys = (keys: string, apple = isApple) =>
  keys.split('+').map((key) => {
    if (key === 'Mod') return apple ? '⌘' : 'Ctrl'
    if (key === 'Alt') return apple ? '⌥' : 'Alt'
    if (key === 'Shift') return apple ? '⇧' : 'Shift'
    return keyNames[key] ?? key
  })

/** Whether a key press is these keys. */
export const matches = (keys: string, event: KeyboardEvent, apple = isApple) => {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  const command = apple ? event.metaKey : event.ctrlKey
  // Symbols such as `?` need Shift on some keyboards and not on others, so only letters and names look at it.
  const shiftMatters = /^[a-z]+$/i.test(key)
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    command === parts.includes('Mod') &&
    event.altKey === parts.includes('Alt') &&
    (!shiftMatters || event.shiftKey === parts.includes('Shift'))
  )
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, select, input:not([type=radio], [type=checkbox])'))

const onKeyDown = (event: KeyboardEvent) => {
  if (event.defaultPrevented || event.isComposing) return
  // The latest registration wins: what was opened last is in front.
  const shortcut = [...registered].findLast(
    ({ keys, whileTyping }) => matches(keys, event) && (whileTyping || !isTyping(event.target)),
  )
  if (!shortcut) return
  event.preventDefault()
  shortcut.run()
}

/** Makes a shortcut work until the returned function is called. */
export const registerShortcut = (shortcut: Shortcut) => {
  if (registered.size === 0) document.addEventListener('keydown', onKeyDown)
  registered.add(shortcut)
  return () => {
    registered.delete(shortcut)
    if (registered.size === 0) document.removeEventListener('keydown', onKeyDown)
  }
}

/** What works right now, for the help sheet. */
export const activeShortcuts = (): Shortcut[] => [...registered]

/** The keys of parts of the page, for the help sheet. */
export const activeKeyGroups = (): KeyGroup[] => [...groups]

/** Names keys in the help sheet while the component is shown; the same object at every turn. */
export const useKeyGroup = (group: KeyGroup) => {
  useEffect(() => {
    groups.add(group)
    return () => void groups.delete(group)
  }, [group])
}

/** A shortcut that works while the component is shown. */
export const useShortcut = (shortcut: Shortcut) => {
  const latest = useRef(shortcut)
  useEffect(() => {
    latest.current = shortcut
  })
  const { keys, description, whileTyping } = shortcut
  useEffect(
    () => registerShortcut({ keys, description, whileTyping: whileTyping ?? false, run: () => latest.current.run() }),
    [keys, description, whileTyping],
  )
}
