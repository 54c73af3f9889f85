interface KeyPress {
  key: string
  shiftKey: boolean
  altKey: boolean
  keyCode: number
  isComposing: boolean
}

/** While an input method composes, Enter chooses a character. Safari says so by key code 229 only. */
export const isComposing = ({ isComposing: composing, keyCode }: Pick<KeyPress, 'isComposing' | 'keyCode'>) =>
  composing || keyCode === 229

/** Whether a key press sends: Enter alone, never while an input method composes. */
export const isSendKey = (press: KeyPress) =>
  press.key === 'Enter' && !press.shiftKey && !press.altKey && !isComposing(press)
