import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'

const refuse = () => new Error('too many')

test('work runs a few at a time, in order, and what exceeds the queue is refused at once', async () => {
  const limiter = createLimiter({ concurrency: 2, queueMax: 2, refuse })
  const finish: (() => void)[] = []
  const started: number[] = []
  const work = (name: number) =>
    limiter.run(async () => {
      started.push(name)
      await new Promise<void>((resolve) => finish.push(resolve))
      return name
    })
  const accepted = [1, 2, 3, 4].map(work)
  await expect(work(5)).rejects.toThrow('too many')
  expect(started).toEqual([1, 2])
  for (let done = 0; done < 4; done += 1) {
    finish[done]?.()
    await accepted[done]
  }
  expect(await Promise.all(accepted)).toEqual([1, 2, 3, 4])
  expect(started).toEqual([1, 2, 3, 4])
})

test('work that fails gives its place back', async () => {
  const limiter = createLimiter({ concurrency: 1, queueMax: 0, refuse })
  await expect(limiter.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await limiter.run(async () => 'next')).toBe('next')
})
