import { expect } from '@playwright/test'
import { getHistory, type MessageRow } from '@parley/protocol/messages'
import { createRoom } from '@parley/protocol/rooms'
import { registerPerson, type Person } from '../people.ts'

const settleTimeoutMs = 45_000

/** What became of one message, as its sender knows it. */
interface Sent {
  sender: Person
  roomId: string
  outcome: 'unsettled' | 'acknowledged' | 'failed'
}

export type Crowd = Awaited<ReturnType<typeof gatherCrowd>>

/** People who are all in the same rooms, each with every room open. */
export async function gatherCrowd(origin: string, { size = 20, roomCount = 2 } = {}) {
  const people = await Promise.all(
    Array.from({ length: size }, (_, index) => registerPerson(origin, `person${index + 1}`)),
  )
  const [creator, ...others] = people
  if (!creator) throw new Error('a crowd needs people')
  const roomIds: string[] = []
  for (let number = 1; number <= roomCount; number++) {
    const memberIds = others.map(({ user }) => user.id)
    const body = { name: `Room ${number}`, type: 'PUBLIC' as const, memberIds }
    roomIds.push((await creator.client.rest.call(createRoom, { body })).room.id)
  }
  await Promise.all(people.flatMap(({ client }) => roomIds.map((roomId) => client.engine.open(roomId))))

  const sent = new Map<string, Sent>()
  let milestone: { atLeast: number; reach: () => void } | undefined
  for (const person of people) person.client.outbox.onChange((roomId) => settle(person, roomId))

  /** An entry that left the outbox, or says so, is acknowledged: from here on the server must have it for ever. */
  function settle(sender: Person, roomId: string) {
    const entries = new Map(sender.client.outbox.entries(roomId).map((entry) => [entry.clientId, entry.state]))
    for (const [clientId, message] of sent) {
      if (message.sender !== sender || message.roomId !== roomId || message.outcome !== 'unsettled') continue
      const state = entries.get(clientId) ?? 'sent'
      if (state === 'sent') message.outcome = 'acknowledged'
      if (state === 'failed') message.outcome = 'failed'
    }
    if (milestone && count('acknowledged') >= milestone.atLeast) milestone.reach()
  }

  const count = (outcome: Sent['outcome']) => [...sent.values()].filter((each) => each.outcome === outcome).length

  return {
    people,
    roomIds,
    sent,
    count,
    /** Everybody says `each` things in every room, as fast as the server takes them. */
    burst(each: number) {
      for (let number = 1; number <= each; number++) {
        for (const person of people) {
          for (const roomId of roomIds) {
            const body = { kind: 'text' as const, text: `${person.user.username} says ${number}, 你好` }
            const { clientId } = person.client.outbox.send({ roomId, body })
            sent.set(clientId, { sender: person, roomId, outcome: 'unsettled' })
          }
        }
      }
    },
    /** Waits until this many messages are acknowledged: the moment for a fault, in the middle of a burst. */
    async acknowledged(atLeast: number) {
      const { promise, resolve } = Promise.withResolvers<void>()
      milestone = { atLeast, reach: resolve }
      await promise
      expect(count('unsettled'), 'the burst is not over yet').toBeGreaterThan(0)
    },
    /** Waits until nobody waits for an answer any more. */
    async settled() {
      await expect.poll(() => count('unsettled'), { timeout: settleTimeoutMs }).toBe(0)
    },
    stop() {
      for (const { client } of people) client.stop()
    },
  }
}

/** Every message of a room, asked for anew. */
export async function fetchRows({ client }: Person, roomId: string): Promise<MessageRow[]> {
  const rows: MessageRow[] = []
  for (;;) {
    const query = { roomId, after: rows.at(-1)?.seq ?? 0, limit: 100 }
    const page = await client.rest.call(getHistory, { query })
    rows.push(...page.rows)
    if (!page.hasAfter) {
      expect(page.head, 'the head names the last message').toMatchObject({ seq: rows.length, change: rows.length })
      return rows
    }
  }
}

/** What must hold after any fault: nothing acknowledged is lost, nothing is there twice, all see the same. */
export async function expectNothingLost({ people, roomIds, sent }: Crowd): Promise<void> {
  const [somebody] = people
  if (!somebody) throw new Error('a crowd needs people')
  const stored = new Map<string, number>()
  for (const roomId of roomIds) {
    const rows = await fetchRows(somebody, roomId)
    const numbers = rows.map((_, index) => index + 1)
    expect(rows.map(({ seq }) => seq)).toEqual(numbers)
    // Nothing was edited, so every change is the sending of one message, and they are as dense as the messages.
    expect(rows.map(({ change }) => change)).toEqual(numbers)
    for (const { clientId } of rows) stored.set(clientId, (stored.get(clientId) ?? 0) + 1)
    for (const person of people) await expectSame(person, roomId, rows)
  }
  for (const [clientId, { outcome }] of sent) {
    expect(stored.get(clientId) ?? 0, `${clientId}, ${outcome}`).toBe(outcome === 'acknowledged' ? 1 : 0)
  }
}

/** A client that lived through the fault shows what a fresh fetch does. */
async function expectSame({ client, user }: Person, roomId: string, rows: MessageRow[]): Promise<void> {
  const view = () => client.engine.view(roomId)
  const asFetched = async () => {
    while (view()?.hasBefore) await client.engine.loadBefore(roomId)
    expect(view()?.rows, `what ${user.username} sees`).toEqual(rows)
  }
  await expect(asFetched).toPass({ timeout: settleTimeoutMs })
}
