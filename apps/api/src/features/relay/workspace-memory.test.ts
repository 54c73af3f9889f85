import { afterEach, expect, test, vi } from 'vitest'
import { createEventBus } from '../../platform/events.ts'
import type { RelayEvents } from './events.ts'
import { createWorkspaceMemory } from './workspace-memory.ts'

afterEach(() => void vi.useRealTimers())

function open() {
  const events = createEventBus<RelayEvents>((error) => {
    throw error
  })
  const reads: string[] = []
  const memory = createWorkspaceMemory<{ of: string }>({
    events,
    kinds: ['models', 'settings'],
    load: async (workspaceId) => {
      reads.push(workspaceId)
      return { of: workspaceId }
    },
  })
  return { events, memory, reads }
}

test('what is known is answered without waiting, and read again when one of its kinds changes', async () => {
  const { events, memory, reads } = open()
  await Promise.all([memory('1'), memory('1')])
  expect(memory('1')).toEqual({ of: '1' })
  events.emit('relay.changed', { workspaceId: '1', kind: 'channels' })
  expect(memory('1')).toEqual({ of: '1' })
  for (const kind of ['models', 'settings'] as const) {
    events.emit('relay.changed', { workspaceId: '1', kind })
    await memory('1')
  }
  expect(reads).toEqual(['1', '1', '1'])
})

test('a change whose telling was lost is noticed after a minute', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const { memory, reads } = open()
  await memory('1')
  vi.advanceTimersByTime(59_000)
  expect(memory('1')).toEqual({ of: '1' })
  vi.advanceTimersByTime(2_000)
  await memory('1')
  expect(reads).toEqual(['1', '1'])
})

test('of workspaces without end only so many are kept, the latest', async () => {
  const { memory, reads } = open()
  for (let id = 0; id <= 5_000; id += 1) await memory(String(id))
  expect(memory('5000')).toEqual({ of: '5000' })
  expect(memory('0')).toBeInstanceOf(Promise)
  expect(reads).toHaveLength(5_002)
})

test('what could not be read is asked again', async () => {
  const load = vi
    .fn<() => Promise<{ of: string }>>()
    .mockRejectedValueOnce(new Error('away'))
    .mockResolvedValue({ of: '1' })
  const memory = createWorkspaceMemory({ events: open().events, kinds: ['models'], load })
  await expect(memory('1')).rejects.toThrow('away')
  expect(await memory('1')).toEqual({ of: '1' })
})
