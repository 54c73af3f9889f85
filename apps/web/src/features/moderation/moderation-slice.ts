import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { OwnMute } from '@parley/protocol/moderation'
import { useSelector } from 'react-redux'
import { muteChanged, notified } from '../../realtime/events.ts'
import { useNow } from '../../ui/clock.ts'
import { signedOut } from '../identity/identity-slice.ts'

export interface ModerationState {
  /** Until then one reads but does not write. */
  mutedUntil: string | null
  /** What a moderator said to this person and they have not read yet; empty for a warning without words. */
  warning: string | null
}

const initialState: ModerationState = { mutedUntil: null, warning: null }

export const moderationSlice = createSlice({
  name: 'moderation',
  initialState,
  reducers: {
    muteLoaded: (moderation, { payload }: PayloadAction<OwnMute>) => {
      moderation.mutedUntil = payload.mutedUntil
    },
    warningRead: (moderation) => {
      moderation.warning = null
    },
  },
  extraReducers: (builder) => {
    builder
      .addCase(muteChanged, (moderation, { payload }) => {
        moderation.mutedUntil = payload.mutedUntil
      })
      .addCase(notified, (moderation, { payload }) => {
        if (payload.kind === 'warning') moderation.warning = payload.note ?? ''
      })
      .addCase(signedOut, () => initialState)
  },
  selectors: {
    selectMutedUntil: ({ mutedUntil }) => mutedUntil,
    selectWarning: ({ warning }) => warning,
  },
})

export const { muteLoaded, warningRead } = moderationSlice.actions
const { selectMutedUntil } = moderationSlice.selectors
export const { selectWarning } = moderationSlice.selectors

/** Until when one may only read; null while one may write. It ends by itself. */
export const useMutedUntil = (): string | null => {
  const until = useSelector(selectMutedUntil)
  const nowMs = useNow()
  return until !== null && Date.parse(until) > nowMs ? until : null
}
