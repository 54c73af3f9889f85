/** Where on the clock a replica must stand before somebody reads from it what they wrote. */
export interface WriteNotes {
  /** Somebody wrote, and the clock has not moved since. */
  note(userId: string): void
  /** Anybody may have written: at the start of a node, and after it could not hear the others. */
  noteEverybody(): void
  isPending(): boolean
  /** Called before the clock is moved: what was noted so far is before the position that comes of it. */
  begin(): { settle(position: number): void; giveUp(): void }
  /** The position a replica must have reached for this person; infinite where it is not known yet. */
  needed(userId: string): number
  /** Forgets who may read again from every replica that stands at `position` or later. */
  forget(position: number): void
}

/** With every replica away nothing is forgotten; past this many, all are asked for the latest position instead. */
const notesMax = 50_000

/** Remembers who wrote until the replicas have caught up. It starts as if everybody just had. */
export function createWriteNotes(): WriteNotes {
  let pending = new Set<string>()
  let moving = new Set<string>()
  let everybodyPending = true
  let everybodyMoving = false
  const notes = new Map<string, number>()
  let floor = 0

  return {
    note: (userId) => void pending.add(userId),
    noteEverybody: () => void (everybodyPending = true),
    isPending: () => pending.size > 0 || everybodyPending,
    begin() {
      moving = pending
      pending = new Set()
      everybodyMoving = everybodyPending
      everybodyPending = false
      return {
        settle(position) {
          for (const userId of moving) notes.set(userId, position)
          if (everybodyMoving || notes.size > notesMax) {
            notes.clear()
            floor = position
          }
          moving = new Set()
          everybodyMoving = false
        },
        giveUp() {
          for (const userId of moving) pending.add(userId)
          everybodyPending ||= everybodyMoving
          moving = new Set()
          everybodyMoving = false
        },
      }
    },
    needed(userId) {
      if (everybodyPending || everybodyMoving || pending.has(userId) || moving.has(userId)) return Infinity
      return notes.get(userId) ?? floor
    },
    forget(position) {
      for (const [userId, needed] of notes) {
        if (needed > position) continue
        notes.delete(userId)
        // A replica that was away and comes back at an older position is held to what was forgotten.
        floor = Math.max(floor, needed)
      }
    },
  }
}
