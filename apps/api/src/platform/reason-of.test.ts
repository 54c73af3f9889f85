import { expect, test } from 'vitest'
import { reasonOf } from './reason-of.ts'

test('an error without a message, as of a name none of whose addresses answers, is told by its code', () => {
  const nowhere = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
  expect(reasonOf(nowhere)).toBe('ECONNREFUSED')
  expect(reasonOf(new TypeError())).toBe('TypeError')
  expect(reasonOf(new Error('the disk is on fire'))).toBe('the disk is on fire')
  expect(reasonOf('odd')).toBe('odd')
})
