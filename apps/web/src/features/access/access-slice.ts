import { covers, permits, type Permission } from '@parley/protocol/access'
import type { OwnAccess } from '@parley/protocol/access-contracts'
import { createSelector, createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { useSelector } from 'react-redux'
import { signedOut } from '../identity/identity-slice.ts'

export interface AccessState {
  /** What one may do; null until it is known, and then nothing is offered that needs asking for. */
  own: OwnAccess | null
}

const initialState: AccessState = { own: null }

export const accessSlice = createSlice({
  name: 'access',
  initialState,
  reducers: {
    accessLoaded: (access, { payload }: PayloadAction<OwnAccess>) => {
      access.own = payload
    },
  },
  extraReducers: (builder) => {
    builder.addCase(signedOut, () => initialState)
  },
  selectors: {
    selectOwnAccess: ({ own }) => own,
    /** All that one holds, as a set to ask. */
    selectHeld: createSelector(
      ({ own }: AccessState) => own?.permissions,
      (permissions): ReadonlySet<string> => new Set(permissions),
    ),
  },
})

export const { accessLoaded } = accessSlice.actions
export const { selectOwnAccess } = accessSlice.selectors
const { selectHeld } = accessSlice.selectors

/** The part of the store these selectors read. */
export type AccessRoot = Parameters<typeof selectOwnAccess>[0]

/** Whether one is permitted something. The server decides; this only leaves out what it would refuse. */
export const selectMay = (root: AccessRoot, permission: Permission): boolean =>
  selectOwnAccess(root)?.superAdmin === true || permits(selectHeld(root), permission)

/** The same, for a component: it gains or loses its controls the moment a grant changes. */
export const useMay = (permission: Permission): boolean =>
  useSelector((root: AccessRoot) => selectMay(root, permission))

/** Whether one holds all that a permission stands for, and so may grant it. */
export const useMayGrant = () => {
  const isSuperAdmin = useSelector((root: AccessRoot) => selectOwnAccess(root)?.superAdmin === true)
  const held = useSelector(selectHeld)
  return useCallback((permission: string) => isSuperAdmin || covers(held, permission), [isSuperAdmin, held])
}
