import { describe, expect, it, vi } from 'vitest'
import { readPreferences } from './preferences-slice.ts'

describe('stored preferences', () => {
  it('come back as they were', () => {
    const stored = { theme: 'dark', sound: false, desktop: true } as const
    expect(readPreferences(JSON.stringify(stored))).toEqual(stored)
  })

  it.each([null, '[]', '"dark"', '{"theme":"blue","sound":"loud"}'])('fall back to the defaults for %s', (stored) => {
    expect(readPreferences(stored)).toEqual({ theme: 'system', sound: true, desktop: false })
  })

  it('start anew when they are unreadable, and say so', () => {
    const report = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', report)
    expect(readPreferences('{').theme).toBe('system')
    expect(report).toHaveBeenCalledOnce()
    vi.unstubAllGlobals()
  })
})
