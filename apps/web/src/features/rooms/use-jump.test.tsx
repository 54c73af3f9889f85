import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useRoute, useSearchParams } from 'wouter'
import { navigate } from 'wouter/use-browser-location'
import { useAddress } from '../messages/use-address.ts'
import { useJump } from './use-jump.ts'

const jumped = vi.fn<(seq: number) => void>()

function Hits() {
  const [, at] = useRoute('/r/:roomId/m/:seq')
  useAddress(at ? Number(at.seq) : undefined, jumped)
  const jump = useJump()
  const [, setParameters] = useSearchParams()
  return (
    <>
      <button onClick={() => jump('1', 5)}>Five</button>
      <button onClick={() => jump('1', 6)}>Six</button>
      <button onClick={() => setParameters({ q: 'other words' }, { replace: true })}>Search</button>
    </>
  )
}

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const jumps = () => jumped.mock.calls.map(([seq]) => seq)

beforeEach(() => {
  jumped.mockClear()
  vi.stubGlobal('matchMedia', () => ({ matches: true }))
  navigate('/r/1?panel=search')
  render(<Hits />)
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('the same hit leads to its message at every click, with one entry in the history', () => {
  press('Five')
  const entries = history.length
  press('Five')
  press('Five')
  expect(jumps()).toEqual([5, 5, 5])
  expect(history.length).toBe(entries)
  press('Six')
  expect(jumps()).toEqual([5, 5, 5, 6])
})

it('a search that goes on does not jump', () => {
  press('Five')
  press('Search')
  expect(jumps()).toEqual([5])
})
