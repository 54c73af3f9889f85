import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { signedIn } from '../identity/identity-slice.ts'

/** What somebody began to write in a room. */
export interface Draft {
  text: string
  /** The message it answers. */
  replyTo?: number
}

export interface DraftsState {
  /** Whose drafts these are; somebody else on this device does not see them. */
  userId: string | null
  byRoom: Record<string, Draft>
}

const storageKey = 'parley.drafts'

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' &&
  value !== null &&
  'text' in value &&
  typeof value.text === 'string' &&
  (!('replyTo' in value) || typeof value.replyTo === 'number')

/** What this device kept; anything unreadable counts as nothing. */
export function readDrafts(stored: string | null): DraftsState {
  const none: DraftsState = { userId: null, byRoom: {} }
  if (stored === null) return none
  let value: unknown
  try {
    value = JSON.parse(stored)
  } catch (error) {
    reportError(error)
    return none
  }
  if (typeof value !== 'object' || value === null || !('userId' in value) || !('byRoom' in value)) return none
  const { userId, byRoom } = value
  if (typeof userId !== 'string' || typeof byRoom !== 'object' || byRoom === null) return none
  const drafts: [string, unknown][] = Object.entries(byRoom)
  return { userId, byRoom: Object.fromEntries(drafts.filter((entry): entry is [string, Draft] => isDraft(entry[1]))) }
}

const loadDrafts = () => readDrafts(localStorage.getItem(storageKey))

export const saveDrafts = (drafts: DraftsState) => localStorage.setItem(storageKey, JSON.stringify(drafts))

export const draftsSlice = createSlice({
  name: 'drafts',
  initialState: loadDrafts,
  reducers: {
    draftWritten: (drafts, { payload }: PayloadAction<{ roomId: string; draft: Draft }>) => {
      const { roomId, draft } = payload
      if (draft.text.trim() === '' && draft.replyTo === undefined) delete drafts.byRoom[roomId]
      else drafts.byRoom[roomId] = draft
    },
    draftSent: (drafts, { payload }: PayloadAction<{ roomId: string }>) => {
      delete drafts.byRoom[payload.roomId]
    },
  },
  extraReducers: (builder) => {
    builder.addCase(signedIn, (drafts, { payload: { id } }): DraftsState | undefined =>
      drafts.userId === id ? undefined : { userId: id, byRoom: {} },
    )
  },
  selectors: {
    selectDrafts: (drafts) => drafts,
    selectDraft: ({ byRoom }, roomId: string): Draft | undefined => byRoom[roomId],
  },
})

export const { draftWritten, draftSent } = draftsSlice.actions
export const { selectDrafts, selectDraft } = draftsSlice.selectors

export type DraftsRoot = Parameters<typeof selectDrafts>[0]
