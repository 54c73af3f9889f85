import { cleanup, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { ShortcutList } from '../../ui/shortcut-list.tsx'
import en from './locales/en.json'
import { useMessageKeys } from './use-message-keys.ts'

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', ns: ['messages'], resources: { en: { messages: en } } })
})

afterEach(cleanup)

function Conversation({ canPost }: { canPost: boolean }) {
  useMessageKeys(canPost)
  return null
}

const show = (canPost: boolean) => {
  render(<Conversation canPost={canPost} />)
  // Asked for while the conversation is open, as by somebody who presses its key.
  render(<ShortcutList />)
}

it('the help sheet names the keys of a message while a conversation is open', () => {
  show(true)
  expect(screen.getByRole('heading', { name: 'On a message' })).toBeTruthy()
  expect(screen.getByText('Reply').closest('div')?.textContent).toBe('ReplyR')
  expect(screen.getByText('To the message above or below').closest('div')?.textContent).toContain('↑↓')
})

it('who may only read is not told how to reply', () => {
  show(false)
  expect(screen.queryByText('Reply')).toBeNull()
  expect(screen.getByText('Back to writing')).toBeTruthy()
})
