/** Only what was changed is sent, so that two people at the same thing do not undo each other. */
export function changesOf<Wanted extends object>(before: Wanted, after: Wanted): Partial<Wanted> {
  const changes: Partial<Wanted> = {}
  for (const name in after) {
    if (JSON.stringify(after[name]) !== JSON.stringify(before[name])) changes[name] = after[name]
  }
  return changes
}
