import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { OwnMute, Warning } from '@parley/protocol/moderation'
import { useSelector } from 'react-redux'
import { muteChanged } from '../../realtime/events.ts'
import { useNow } from '../../ui/clock.ts'
import { signedOut } from '../identity/identity-slice.ts'

export interface ModerationState {
  /** Until then one reads but does not write. */
  mutedUntil: string | null
  /** What moderators said to this person and they have not read yet, the earliest first. */
  warnings: readonly Warning[]
}

const initialState: ModerationState = { mutedUntil: null, warnings: [] }

export const moderationSlice = createSlice({
  name: 'moderation',
  initialState,
  reducers: {
    muteLoaded: (moderation, { payload }: PayloadAction<OwnMute>) => {
      moderation.mutedUntil = payload.mutedUntil
    },
    warningsLoaded: (moderation, { payload }: PayloadAction<readonly Warning[]>) => {
      moderation.warnings = [...payload]
    },
    warningRead: (moderation, { payload }: PayloadAction<string>) => {
      moderation.warnings = moderation.warnings.filter(({ id }) => id !== payload)
    },
  },
  extraReducers: (builder) => {
    builder
      .addCase(muteChanged, (moderation, { payload }) => {
        moderation.mutedUntil = payload.mutedUntil
      })
      .addCase(signedOut, () => initialState)
  },
  selectors: {
    selectMutedUntil: ({ mutedUntil }) => mutedUntil,
    selectWarning: ({ warnings }) => warnings[0] ?? null,
  },
})

export const { muteLoaded, warningsLoaded, warningRead } = moderationSlice.actions
const { selectMutedUntil } = moderationSlice.selectors
export const { selectWarning } = moderationSlice.selectors

/** Until when one may only read; null while one may write. It ends by itself. */
export const useMutedUntil = (): string | null => {
  const until = useSelector(selectMutedUntil)
  const nowMs = useNow()
  return until !== null && Date.parse(until) > nowMs ? until : null
}
