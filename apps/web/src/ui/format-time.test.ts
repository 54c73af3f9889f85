import { describe, expect, it } from 'vitest'
import { formatRelative } from './format-time.ts'

const nowMs = Date.parse('2026-05-14T12:00:00.000Z')
const ago = (ms: number) => new Date(nowMs - ms).toISOString()
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const relative = (ms: number, locale = 'en') =>
  formatRelative(ago(ms), { nowMs, locale, length: 'long', justNow: 'just now' })

describe('a relative time', () => {
  it.each([
    [5_000, 'just now'],
    [2 * minuteMs, '2 minutes ago'],
    [3 * 60 * minuteMs, '3 hours ago'],
    [2 * dayMs, 'Tue'],
    [40 * dayMs, 'Apr 4'],
    [400 * dayMs, 'Apr 9, 2025'],
  ])('%i ms ago reads as %s', (ms, text) => {
    expect(relative(ms)).toBe(text)
  })

  it('speaks the language of the person', () => {
    expect(relative(2 * minuteMs, 'zh-CN')).toBe('2分钟前')
  })

  it('never lies in the future, whatever the clock of the device says', () => {
    expect(relative(-10 * minuteMs)).toBe('just now')
  })
})
