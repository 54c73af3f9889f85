import { expect, test } from 'vitest'
import { createWriteNotes } from './write-notes.ts'

/** Notes of a node that is past its start. */
function started() {
  const notes = createWriteNotes()
  notes.begin().settle(1)
  return notes
}

test('a node that starts believes no replica before the clock was moved once', () => {
  const notes = createWriteNotes()
  expect(notes.needed('7')).toBe(Infinity)
  expect(notes.isPending()).toBe(true)
  notes.begin().settle(41)
  expect(notes.needed('7')).toBe(41)
})

test('who wrote waits for the position that comes after the write', () => {
  const notes = started()
  notes.note('7')
  expect(notes.needed('7')).toBe(Infinity)
  const moving = notes.begin()
  expect(notes.needed('7')).toBe(Infinity)
  moving.settle(5)
  expect([notes.needed('7'), notes.needed('8')]).toEqual([5, 1])
})

test('a write while the clock is being moved waits for the next move', () => {
  const notes = started()
  notes.note('7')
  const moving = notes.begin()
  notes.note('7')
  moving.settle(5)
  expect(notes.needed('7')).toBe(Infinity)
  notes.begin().settle(6)
  expect(notes.needed('7')).toBe(6)
})

test('where the clock could not be moved nobody is let go', () => {
  const notes = started()
  notes.note('7')
  notes.noteEverybody()
  notes.begin().giveUp()
  expect([notes.needed('7'), notes.needed('8')]).toEqual([Infinity, Infinity])
  expect(notes.isPending()).toBe(true)
})

test('who was forgotten is still not served by a replica that comes back older', () => {
  const notes = started()
  notes.note('7')
  notes.begin().settle(5)
  notes.forget(4)
  expect(notes.needed('7')).toBe(5)
  notes.forget(9)
  expect(notes.needed('7')).toBe(5)
})

test('everybody waits after a time in which other nodes could not be heard', () => {
  const notes = started()
  notes.noteEverybody()
  notes.begin().settle(12)
  expect(notes.needed('7')).toBe(12)
})
