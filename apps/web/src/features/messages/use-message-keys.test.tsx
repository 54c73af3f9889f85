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

it('the help sheet names the keys of messages and of writing while a conversation is open', () => {
  show(true)
  expect(screen.getByRole('heading', { name: 'On a message' })).toBeTruthy()
  expect(screen.getByText('Reply to it').closest('div')?.textContent).toBe('Reply to itR')
  expect(screen.getByRole('heading', { name: 'While writing' })).toBeTruthy()
})

it('who may only read is not told how to write', () => {
  show(false)
  expect(screen.getByText('Back to writing')).toBeTruthy()
  expect(screen.queryByText('Reply to it')).toBeNull()
  expect(screen.queryByRole('heading', { name: 'While writing' })).toBeNull()
})
