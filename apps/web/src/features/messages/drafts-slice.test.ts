import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Profile } from '@parley/protocol/people'
import { signedIn } from '../identity/identity-slice.ts'
import { draftSent, draftsSlice, draftWritten, readDrafts } from './drafts-slice.ts'

const profile = (id: string): Profile => ({
  id,
  username: 'a',
  displayName: 'A',
  bio: '',
  status: '',
  image: null,
  createdAt: '',
  email: '',
  qq: '',
  wechat: '',
  github: '',
  locale: 'en',
})

const { reducer } = draftsSlice
const mine = reducer(undefined, signedIn(profile('1')))
const written = reducer(mine, draftWritten({ roomId: '9', draft: { text: 'half a', replyTo: 4 } }))

afterEach(() => vi.unstubAllGlobals())

describe('drafts', () => {
  it('survive a reload of the same person', () => {
    const stored = readDrafts(JSON.stringify(written))
    expect(reducer(stored, signedIn(profile('1'))).byRoom).toEqual({ '9': { text: 'half a', replyTo: 4 } })
  })

  it('are not shown to somebody else on the device', () => {
    expect(reducer(written, signedIn(profile('2')))).toEqual({ userId: '2', byRoom: {} })
  })

  it('leave when they are sent or emptied', () => {
    expect(reducer(written, draftSent({ roomId: '9' })).byRoom).toEqual({})
    expect(reducer(written, draftWritten({ roomId: '9', draft: { text: ' ' } })).byRoom).toEqual({})
  })

  it('a reply without words yet is kept', () => {
    const reply = draftWritten({ roomId: '9', draft: { text: '', replyTo: 3 } })
    expect(reducer(mine, reply).byRoom).toEqual({ '9': { text: '', replyTo: 3 } })
  })

  it('what cannot be read counts as nothing', () => {
    vi.stubGlobal('reportError', vi.fn())
    const none = { userId: null, byRoom: {} }
    expect(readDrafts('{')).toEqual(none)
    expect(readDrafts('[1]')).toEqual(none)
    expect(readDrafts('{"userId":"1","byRoom":{"9":{"text":5}}}').byRoom).toEqual({})
  })
})
