import { describe, expect, it } from 'vitest'
import { avatarColours, dark, light } from './palette.ts'

const channel = (hex: string, at: number) => {
  const value = parseInt(hex.slice(at, at + 2), 16) / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

const luminance = (hex: string) => 0.2126 * channel(hex, 1) + 0.7152 * channel(hex, 3) + 0.0722 * channel(hex, 5)

/** As WCAG 2 defines it. */
const contrast = (one: string, other: string) => {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

const text = ['fg', 'muted', 'faint', 'accent', 'danger', 'mark'] as const
const ground = ['canvas', 'panel', 'raised', 'hover', 'own', 'code'] as const

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s palette', (_, palette) => {
  it.each(text.flatMap((front) => ground.map((back) => [front, back] as const)))(
    'reads %s on %s with at least 4.5:1',
    (front, back) => {
      expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(4.5)
    },
  )

  it.each([
    ['accentContrast', 'accent'],
    ['dangerContrast', 'danger'],
    ['markContrast', 'mark'],
    ['accent', 'accentSoft'],
    ['fg', 'accentSoft'],
    ['muted', 'accentSoft'],
    ['mark', 'accentSoft'],
  ] as const)('reads %s on %s with at least 4.5:1', (front, back) => {
    expect(contrast(palette[front], palette[back])).toBeGreaterThanOrEqual(4.5)
  })
})

it.each(avatarColours)('white initials read on %s', (colour) => {
  expect(contrast('#ffffff', colour)).toBeGreaterThanOrEqual(4.5)
})
