import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../../scripts/stack.ts'
import { walk } from './smoke-walk.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({}, { nodes: 2, gateway: true })
}, 120_000)

afterAll(() => stack?.stop())

test('the walk of the smoke test finds all in order on two nodes behind the gateway, one of which ends', async () => {
  const steps: string[] = []
  await walk({
    origin: stack.origin,
    stopNode: async () => void (await stack.nodes[0]?.end()),
    onStep: (step) => steps.push(step),
  })
  expect(steps.at(-1)).toBe('with one node gone the other serves')
}, 60_000)
