import { expect, test } from 'vitest'
import { createEncryption } from './encryption.ts'

const encryption = createEncryption('a secret of the installation, long enough')

test('what is sealed opens again, and looks different each time', () => {
  const [one, other] = [encryption.seal('JBSWY3DP', 'account:1'), encryption.seal('JBSWY3DP', 'account:1')]
  expect(one).not.toBe(other)
  expect(one).not.toContain('JBSWY3DP')
  for (const sealed of [one, other]) expect(encryption.open(sealed, 'account:1')).toBe('JBSWY3DP')
})

test('it does not open for another row, with another key, changed or cut short', () => {
  const sealed = encryption.seal('JBSWY3DP', 'account:1')
  const last = sealed.at(-3) === 'A' ? 'B' : 'A'
  expect(() => encryption.open(sealed, 'account:2')).toThrow('authenticate')
  expect(() => createEncryption('another secret of another place').open(sealed, 'account:1')).toThrow('authenticate')
  expect(() => encryption.open(`${sealed.slice(0, -3)}${last}${sealed.slice(-2)}`, 'account:1')).toThrow('authenticate')
  expect(() => encryption.open(sealed.slice(0, 20), 'account:1')).toThrow('cut short')
  expect(() => encryption.open(sealed.replace('v1', 'v9'), 'account:1')).toThrow('not known')
})
