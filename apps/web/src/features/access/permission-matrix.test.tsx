import { covers } from '@parley/protocol/access'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import en from './locales/en.json'
import { PermissionMatrix } from './permission-matrix.tsx'

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', ns: ['access'], resources: { en: { access: en } } })
})

afterEach(cleanup)

const show = (options: { own?: string[]; inherited?: string[]; held?: string[]; readOnly?: boolean }) => {
  const { own = [], inherited = [], held = ['*:admin'], readOnly = false } = options
  const onChange = vi.fn<(own: ReadonlySet<string>) => void>()
  render(
    <PermissionMatrix
      own={new Set(own)}
      inherited={new Set(inherited)}
      mayGrant={(permission) => covers(new Set(held), permission)}
      readOnly={readOnly}
      onChange={onChange}
    />,
  )
  return onChange
}

const tick = (name: string) => screen.queryByRole<HTMLInputElement>('checkbox', { name })

it('only what one holds can be ticked', () => {
  show({ held: ['rooms:write'] })
  expect([tick('Rooms: See')?.disabled, tick('Rooms: Write')?.disabled]).toEqual([false, false])
  expect([tick('Rooms: Delete')?.disabled, tick('Everything: See')?.disabled]).toEqual([true, true])
})

it('what is inherited, or part of another tick, stands fast', () => {
  show({ own: ['people:admin'], inherited: ['rooms:write'] })
  expect(screen.getByText('People: Delete, included')).toBeTruthy()
  expect(screen.getByText('Rooms: See, included')).toBeTruthy()
  expect([tick('People: Delete'), tick('Rooms: Write')]).toEqual([null, null])
  expect(tick('People: Manage')?.checked).toBe(true)
})

it('a tick is added to the others, and taken from them', () => {
  const onChange = show({ own: ['files:read'] })
  const press = (name: string) => fireEvent.click(screen.getByRole('checkbox', { name }))
  press('Rooms: Delete')
  expect(onChange).toHaveBeenLastCalledWith(new Set(['files:read', 'rooms:delete']))
  press('Files: See')
  expect(onChange).toHaveBeenLastCalledWith(new Set())
})

it('for who may only look there is nothing to tick', () => {
  show({ own: ['rooms:read'], readOnly: true })
  expect(screen.queryAllByRole('checkbox')).toEqual([])
  expect(screen.getByText('Rooms: See')).toBeTruthy()
})
