import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBooks, type TestBooks } from '../../../../test/accounting.ts'
import { insertGroup, insertWorkspace } from '../../../../test/relay-rows.ts'
import { createEventBus, type EventBus } from '../../../platform/events.ts'
import type { RelayEvents } from '../events.ts'
import { relayGuardrails } from '../tables.ts'
import { createGuardrails } from './store.ts'

let books: TestBooks
let events: EventBus<RelayEvents>
let workspaceId: string
let groupId: string

beforeAll(async () => {
  books = await openBooks()
  events = createEventBus<RelayEvents>((error) => {
    throw error
  })
  workspaceId = await insertWorkspace(books.database.db)
  groupId = await insertGroup(books.database.db, workspaceId)
})
afterAll(() => books.close())

const changed = (id = workspaceId) => events.emit('relay.changed', { workspaceId: id, kind: 'guardrails' })

async function add(name: string, given: Partial<typeof relayGuardrails.$inferInsert> = {}): Promise<void> {
  await books.database.db.insert(relayGuardrails).values({
    workspaceId,
    name,
    kind: 'keyword',
    matches: [name],
    action: 'redact',
    direction: 'both',
    createdAt: new Date(),
    ...given,
  })
  changed()
}

test('a call has the guardrails of its workspace and its group, until they change', async () => {
  const guardrailsFor = createGuardrails(books.database.db, events)
  const namesFor = async (group: string) => {
    const { input, output } = await guardrailsFor(workspaceId, group)
    return { input: input.map(({ name }) => name), output: output.map(({ name }) => name) }
  }
  expect(await namesFor(groupId)).toEqual({ input: [], output: [] })
  expect(guardrailsFor(workspaceId, groupId)).not.toBeInstanceOf(Promise)

  await add('everywhere')
  await add('asked', { direction: 'input' })
  await add('answered', { direction: 'output' })
  await add('off', { status: 'disabled' })
  await add('here', { groupId })
  expect(await namesFor(groupId)).toEqual({
    input: ['everywhere', 'asked', 'here'],
    output: ['everywhere', 'answered', 'here'],
  })
  expect(await namesFor('999')).toEqual({ input: ['everywhere', 'asked'], output: ['everywhere', 'answered'] })

  const before = await guardrailsFor(workspaceId, groupId)
  expect((await guardrailsFor(workspaceId, '999')).version).not.toBe(before.version)
  await books.database.db.delete(relayGuardrails).where(eq(relayGuardrails.name, 'here'))
  expect(await guardrailsFor(workspaceId, groupId)).toBe(before)
  changed('12345')
  expect(await guardrailsFor(workspaceId, groupId)).toBe(before)
  changed()
  expect((await namesFor(groupId)).input).toEqual(['everywhere', 'asked'])
})

test('one that was changed while it was being read is read again', async () => {
  const guardrailsFor = createGuardrails(books.database.db, events)
  const outdated = guardrailsFor(workspaceId, groupId)
  await add('meanwhile')
  await outdated
  expect((await guardrailsFor(workspaceId, groupId)).input.map(({ name }) => name)).toContain('meanwhile')
})

test('a rule that cannot be read lets nothing pass', async () => {
  await add('broken', { kind: 'pattern', matches: ['('] })
  const guardrailsFor = createGuardrails(books.database.db, events)
  await expect(guardrailsFor(workspaceId, groupId)).rejects.toThrow('cannot be read')
})
