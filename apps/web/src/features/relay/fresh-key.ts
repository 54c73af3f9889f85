/** A key that was just made, for the playground: only in memory, and only for who made it. */
interface FreshKey {
  userId: string
  key: string
}

let fresh: FreshKey | undefined

export const keepFreshKey = (kept: FreshKey): void => {
  fresh = kept
}

export const freshKeyOf = (userId: string | undefined): string => (fresh?.userId === userId ? (fresh?.key ?? '') : '')
