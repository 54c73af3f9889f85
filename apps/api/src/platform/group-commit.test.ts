import { describe, expect, it } from 'vitest'
import { createGroupCommit, type Outcome } from './group-commit.ts'
import { requestContext, withRequestContext } from './request-context.ts'

/** A writer that waits until the test lets each batch through. */
function createGate() {
  const batches: string[][] = []
  const releases: (() => void)[] = []
  const write = (items: string[]): Promise<Outcome<string>[]> =>
    new Promise((resolve, reject) => {
      batches.push(items)
      releases.push(() =>
        items.includes('poison') && items.length > 1
          ? reject(new Error('poisoned batch'))
          : items.includes('outage')
            ? reject(new Error('outage'))
            : resolve(
                items.map((item) =>
                  item === 'poison' ? { ok: false, error: new Error('poison') } : { ok: true, value: item },
                ),
              ),
      )
    })
  const next = async () => {
    await expect.poll(() => releases.length).toBeGreaterThan(0)
    releases.shift()?.()
  }
  return { batches, write, next }
}

const options = {
  name: 'test',
  keyOf: () => 'one',
  lanes: 1,
  batchMax: 3,
  queueMax: 5,
  isOutage: (error: unknown) => error instanceof Error && error.message === 'outage',
  refuse: () => new Error('full'),
}

describe('group commit', () => {
  it('writes what arrives during a write together in the next one, in order and no more than the most', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write })
    const first = commit.submit('a')
    await expect.poll(() => gate.batches.length).toBe(1)
    const later = ['b', 'c', 'd', 'e'].map((item) => commit.submit(item))
    for (let batch = 0; batch < 3; batch += 1) await gate.next()
    expect(await Promise.all([first, ...later])).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(gate.batches).toEqual([['a'], ['b', 'c', 'd'], ['e']])
  })

  it('refuses past the queue limit and stores what it accepted', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write })
    const accepted = ['a', 'b', 'c', 'd', 'e'].map((item) => commit.submit(item))
    await expect(commit.submit('f')).rejects.toThrow('full')
    await gate.next()
    await gate.next()
    expect(await Promise.all(accepted)).toHaveLength(5)
  })

  it('writes a failed batch item by item, so that one bad item fails alone', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write })
    const results = Promise.allSettled(['a', 'poison', 'b'].map((item) => commit.submit(item)))
    for (let batch = 0; batch < 4; batch += 1) await gate.next()
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('fails a batch as a whole in an outage, without trying each item', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write })
    const results = Promise.allSettled(['a', 'outage'].map((item) => commit.submit(item)))
    await gate.next()
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(gate.batches).toHaveLength(1)
  })

  it('drains: resolves only after everything accepted was written', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write })
    const written: string[] = []
    for (const item of ['a', 'b', 'c', 'd']) void commit.submit(item).then((value) => written.push(value))
    const drained = commit.drain()
    await gate.next()
    await gate.next()
    await drained
    expect(written).toEqual(['a', 'b', 'c', 'd'])
    expect(commit.depth()).toBe(0)
  })

  it('writes each batch as the request of its first item, and not for ever as that which woke the lane', async () => {
    const gate = createGate()
    const writtenAs: string[] = []
    const write = (items: string[]) => {
      writtenAs.push(requestContext().requestId)
      return gate.write(items)
    }
    const commit = createGroupCommit({ ...options, write })
    const submit = (item: string) => withRequestContext({ requestId: item, address: '' }, () => commit.submit(item))
    const first = submit('a')
    await expect.poll(() => gate.batches.length).toBe(1)
    const later = ['b', 'c'].map(submit)
    await gate.next()
    await gate.next()
    await Promise.all([first, ...later])
    expect(writtenAs).toEqual(['a', 'b'])
  })

  it('lets what nobody waits for share the write of the next item that somebody waits for', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write, isPatient: (item) => item.startsWith('later') })
    const patient = ['later 1', 'later 2'].map((item) => commit.submit(item))
    const urgent = commit.submit('now')
    await gate.next()
    await Promise.all([...patient, urgent])
    expect(gate.batches).toEqual([['later 1', 'later 2', 'now']])
  })

  it('writes what nobody waits for by itself when nobody comes, and at once when it is drained', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write, isPatient: () => true })
    const alone = commit.submit('alone')
    await expect.poll(() => gate.batches.length).toBe(1)
    await gate.next()
    await alone
    const last = commit.submit('last')
    const drained = commit.drain()
    await expect.poll(() => gate.batches.length).toBe(2)
    await gate.next()
    await Promise.all([last, drained])
    expect(commit.depth()).toBe(0)
  })

  it('lets a small batch wait for others where it shall, so that they share a write', async () => {
    const gate = createGate()
    const commit = createGroupCommit({ ...options, write: gate.write, shouldGather: (items) => items < 2 })
    const first = commit.submit('a')
    await new Promise(setImmediate)
    const second = commit.submit('b')
    await gate.next()
    await Promise.all([first, second])
    expect(gate.batches).toEqual([['a', 'b']])
  })
})
