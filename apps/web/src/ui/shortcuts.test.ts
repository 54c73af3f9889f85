import { afterEach, describe, expect, it, vi } from 'vitest'
import { formatKeys, matches, registerShortcut } from './shortcuts.ts'

const press = (init: KeyboardEventInit, target: EventTarget = document.body) => {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
  target.dispatchEvent(event)
  return event
}

const stops: (() => void)[] = []
const register = (keys: string, whileTyping = false) => {
  const run = vi.fn<() => void>()
  stops.push(registerShortcut({ keys, description: keys, whileTyping, run }))
  return run
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  document.body.replaceChildren()
})

describe('a shortcut', () => {
  it('means Command on a Mac and Control elsewhere', () => {
    const withCommand = new KeyboardEvent('keydown', { key: 'k', metaKey: true })
    expect(matches('Mod+K', withCommand, true)).toBe(true)
    expect(matches('Mod+K', withCommand, false)).toBe(false)
    expect(formatKeys('Mod+K', true)).toEqual(['⌘', 'K'])
    expect(formatKeys('Mod+K', false)).toEqual(['Ctrl', 'K'])
  })

  it('runs and keeps the browser from acting', () => {
    const run = register('Mod+K')
    expect(press({ key: 'k', ctrlKey: true }).defaultPrevented).toBe(true)
    expect(run).toHaveBeenCalledOnce()
  })

  it('does not need Shift to be named for a symbol', () => {
    const run = register('?')
    press({ key: '?', shiftKey: true })
    expect(run).toHaveBeenCalledOnce()
  })

  it('keeps out of the way of somebody typing, unless it says otherwise', () => {
    const input = document.body.appendChild(document.createElement('input'))
    const quiet = register('?')
    const always = register('Mod+K', true)
    press({ key: '?' }, input)
    press({ key: 'k', ctrlKey: true }, input)
    expect(quiet).not.toHaveBeenCalled()
    expect(always).toHaveBeenCalledOnce()
  })

  it('never runs while an IME composes', () => {
    const run = register('Escape', true)
    press({ key: 'Escape', isComposing: true })
    expect(run).not.toHaveBeenCalled()
  })

  it('gives way to what was opened last', () => {
    const below = register('Escape')
    const above = register('Escape')
    press({ key: 'Escape' })
    expect(above).toHaveBeenCalledOnce()
    expect(below).not.toHaveBeenCalled()
  })
})
