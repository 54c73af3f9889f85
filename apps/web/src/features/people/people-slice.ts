import { createSelector, createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { Presence, PublicUser, Relation, User } from '@parley/protocol/people'
import { friendChanged, presenceChanged, userUpdated } from '../../realtime/events.ts'
import { profileSaved, signedIn, signedOut } from '../identity/identity-slice.ts'

/** What somebody is to oneself. */
export type Standing = Pick<User, 'relation' | 'blocked' | 'roomId'>

export interface PeopleState {
  /** Everybody met so far, by id. */
  users: Record<string, PublicUser>
  /** Presence of those who are watched, by id. */
  presence: Record<string, Presence>
  /** What people are to oneself, where known, by id. */
  standing: Record<string, Standing>
}

const initialState: PeopleState = { users: {}, presence: {}, standing: {} }

const publicPart = ({ id, username, displayName, bio, status, image, createdAt }: PublicUser): PublicUser => ({
  id,
  username,
  displayName,
  bio,
  status,
  image,
  createdAt,
})

export const peopleSlice = createSlice({
  name: 'people',
  initialState,
  reducers: {
    /** Public profiles came along with an answer: members, peers, results of a search. */
    usersMet: ({ users }, { payload }: PayloadAction<readonly PublicUser[]>) => {
      for (const user of payload) users[user.id] = publicPart(user)
    },
    /** People came with what they are to oneself. */
    peopleLoaded: ({ users, standing }, { payload }: PayloadAction<readonly User[]>) => {
      for (const user of payload) {
        users[user.id] = publicPart(user)
        standing[user.id] = {
          relation: user.relation,
          blocked: user.blocked,
          ...(user.roomId && { roomId: user.roomId }),
        }
      }
    },
    presenceLoaded: ({ presence }, { payload }: PayloadAction<readonly Presence[]>) => {
      for (const person of payload) presence[person.userId] = person
    },
    relationChanged: ({ standing }, { payload }: PayloadAction<{ userId: string } & Partial<Standing>>) => {
      const { userId, ...change } = payload
      standing[userId] = { ...(standing[userId] ?? { relation: 'none', blocked: false }), ...change }
    },
  },
  extraReducers: (builder) => {
    builder
      .addCase(presenceChanged, ({ presence }, { payload }) => {
        presence[payload.userId] = payload
      })
      .addCase(userUpdated, ({ users }, { payload: { user } }) => {
        users[user.id] = publicPart(user)
      })
      .addCase(friendChanged, ({ standing }, { payload: { userId, relation, roomId } }) => {
        standing[userId] = { relation, blocked: standing[userId]?.blocked ?? false, ...(roomId && { roomId }) }
      })
      .addCase(signedIn, ({ users }, { payload }) => {
        users[payload.id] = publicPart(payload)
      })
      .addCase(profileSaved, ({ users }, { payload }) => {
        users[payload.id] = publicPart(payload)
      })
      .addCase(signedOut, () => initialState)
  },
  selectors: {
    selectUser: ({ users }, id: string): PublicUser | undefined => users[id],
    selectUsers: ({ users }) => users,
    selectPresence: ({ presence }, id: string): Presence['state'] => presence[id]?.state ?? 'offline',
    selectLastSeenAt: ({ presence }, id: string): string | null => presence[id]?.lastSeenAt ?? null,
    selectStanding: ({ standing }, id: string): Standing | undefined => standing[id],
    /** Ids of everybody who is this to oneself. */
    selectIdsByRelation: createSelector(
      [({ standing }: PeopleState) => standing, (_: PeopleState, relation: Relation) => relation],
      (standing, relation) => Object.keys(standing).filter((id) => standing[id]?.relation === relation),
      { memoizeOptions: { maxSize: 4 } },
    ),
    selectBlockedIds: createSelector(
      ({ standing }: PeopleState) => standing,
      (standing) => Object.keys(standing).filter((id) => standing[id]?.blocked),
    ),
    /** How many people wait for an answer. */
    selectIncomingCount: createSelector(
      ({ standing }: PeopleState) => standing,
      (standing) => Object.values(standing).filter(({ relation }) => relation === 'incoming').length,
    ),
  },
})

export const { usersMet, peopleLoaded, presenceLoaded, relationChanged } = peopleSlice.actions
export const {
  selectUser,
  selectUsers,
  selectPresence,
  selectLastSeenAt,
  selectStanding,
  selectIdsByRelation,
  selectBlockedIds,
  selectIncomingCount,
} = peopleSlice.selectors

/** The part of the store these selectors read. */
export type PeopleRoot = Parameters<typeof selectUsers>[0]
