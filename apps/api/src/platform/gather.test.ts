import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { createGather } from './gather.ts'
import { requestContext, withRequestContext } from './request-context.ts'

afterEach(() => void vi.useRealTimers())

/** A gather whose questions are written down, and answered by the key in capitals unless it is "nobody". */
function gatherOf(keysMax: number) {
  const questions: string[][] = []
  const gather = createGather<string>(
    async (keys) => {
      questions.push(keys)
      if (keys.includes('away')) throw new Error('away')
      return new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, key.toUpperCase()]))
    },
    { keysMax },
  )
  return { gather, questions }
}

test('what is asked at the same time is one question, each key once', async () => {
  const { gather, questions } = gatherOf(10)
  expect(await Promise.all(['a', 'b', 'a'].map(gather))).toEqual(['A', 'B', 'A'])
  expect(questions).toEqual([['a', 'b']])
})

test('a question holds no more keys than it may', async () => {
  const { gather, questions } = gatherOf(2)
  expect(await Promise.all(['a', 'b', 'c'].map(gather))).toEqual(['A', 'B', 'C'])
  expect(questions).toEqual([['a', 'b'], ['c']])
})

test('what is asked after a question was put is not answered by it', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  let asked = 0
  const gather = createGather<number>(
    async (keys) => {
      asked += 1
      const answer = asked
      if (answer === 1) await promise
      return new Map(keys.map((key) => [key, answer]))
    },
    { keysMax: 10 },
  )
  const first = gather('a')
  await expect.poll(() => asked).toBe(1)
  const second = gather('a')
  resolve(undefined)
  expect(await Promise.all([first, second])).toEqual([1, 2])
})

test('questions in quick succession wait for a pause and go together', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const { gather, questions } = gatherOf(10)
  expect(await gather('a')).toBe('A')
  const second = gather('b')
  await nextTurn()
  const third = gather('c')
  await nextTurn()
  expect(questions).toEqual([['a']])
  await vi.runAllTimersAsync()
  expect(await Promise.all([second, third])).toEqual(['B', 'C'])
  expect(questions).toEqual([['a'], ['b', 'c']])
})

test('who is left out is told so, and a failure reaches only those who asked', async () => {
  const { gather } = gatherOf(10)
  expect(await gather('nobody')).toBeUndefined()
  await expect(gather('away')).rejects.toThrow('away')
  expect(await gather('a')).toBe('A')
})

test('a question is asked as the first of those who wait for it', async () => {
  const askedAs: string[] = []
  const find = createGather<string>(
    async (keys) => {
      askedAs.push(requestContext().requestId)
      return new Map(keys.map((key) => [key, key]))
    },
    { keysMax: 10 },
  )
  const ask = (requestId: string) => withRequestContext({ requestId, address: '' }, () => find(requestId))
  // Those who ask while the first is answered make up the second question.
  await Promise.all([ask('one'), ask('two').then(() => Promise.all([ask('three'), ask('four')]))])
  expect(askedAs).toEqual(['one', 'three'])
})
