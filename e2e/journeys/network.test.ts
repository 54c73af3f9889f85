import { expect } from '@playwright/test'
import { befriend } from '../people.ts'
import { test } from './fixtures.ts'
import type { Seat } from './seat.ts'

/** Sees exactly these messages, in this order. */
const expectMessages = (seat: Seat, texts: string[]) =>
  expect(seat.messages.filter({ hasText: 'note ' })).toHaveText(texts.map((text) => new RegExp(`${text}\\s*$`)))

const notes = (count: number) => Array.from({ length: count }, (_, index) => `note ${index + 1}`)

test('who was offline has all that was sent, in order and once, and their own words go out', async ({
  person,
  seatOf,
  wire,
}) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const [ann, ben] = [await seatOf(annPerson), await seatOf(benPerson, wire)]
  await Promise.all([ann.page.goto(`/r/${roomId}`), ben.page.goto(`/r/${roomId}`)])
  await ann.say('note 0')
  await expectMessages(ben, ['note 0'])

  wire.goDown()
  await ben.page.context().setOffline(true)
  await expect(ben.page.getByText('You are offline.')).toBeVisible()
  for (const text of notes(30)) await ann.say(text)
  await ben.say('kept until I am back')
  await expectMessages(ben, ['note 0'])

  wire.goUp()
  await ben.page.context().setOffline(false)
  await expectMessages(ben, ['note 0', ...notes(30)])
  await expect(ann.message('kept until I am back')).toHaveCount(1)
  await expectMessages(ann, ['note 0', ...notes(30)])
})

test('a reload in the middle of sending loses nothing and doubles nothing', async ({ person, seatOf, wire }) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const [ann, ben] = [await seatOf(annPerson, wire), await seatOf(benPerson)]
  await Promise.all([ann.page.goto(`/r/${roomId}`), ben.page.goto(`/r/${roomId}`)])
  await expect(ann.field).toBeVisible()
  await expect(ben.field).toBeVisible()

  // The first is stored without its sender hearing so, the others still wait for it.
  wire.swallowAnswers()
  for (const text of notes(8)) await ann.say(text)
  await expectMessages(ben, ['note 1'])
  wire.cut()
  await ann.page.reload()

  await expectMessages(ben, notes(8))
  await expectMessages(ann, notes(8))
  await expect(ann.page.locator('[aria-busy=true]')).toHaveCount(0)
})
