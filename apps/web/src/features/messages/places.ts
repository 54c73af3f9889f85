/** Where somebody was in a conversation when they left it. */
export interface Place {
  /** The message on top of the screen. */
  seq: number
  atEnd: boolean
}

const storageKey = (roomId: string) => `parley.place.${roomId}`

/** Kept for the tab, so that back, forward and reload land where one was. */
export const savePlace = (roomId: string, { seq, atEnd }: Place) =>
  sessionStorage.setItem(storageKey(roomId), `${seq} ${atEnd}`)

export function loadPlace(roomId: string): Place | null {
  const [seq, atEnd] = (sessionStorage.getItem(storageKey(roomId)) ?? '').split(' ')
  return Number(seq) > 0 ? { seq: Number(seq), atEnd: atEnd === 'true' } : null
}

/** The first and last message on screen; a long one counts as soon as a part of it is readable. */
export function seqsOnScreen(scroller: HTMLElement): { first: number; last: number } | null {
  const bounds = scroller.getBoundingClientRect()
  const readable = [...scroller.querySelectorAll<HTMLElement>('[data-seq]')].filter((element) => {
    const { top, bottom, height } = element.getBoundingClientRect()
    const part = Math.min(height, 40)
    return bottom >= bounds.top + part && top <= bounds.bottom - part
  })
  const first = Number(readable[0]?.dataset.seq)
  const last = Number(readable.at(-1)?.dataset.seq)
  return first > 0 ? { first, last } : null
}
