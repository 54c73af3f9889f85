import { configureStore } from '@reduxjs/toolkit'
import { createParleyClient } from '@parley/client/client'
import { render, screen } from '@testing-library/react'
import { Provider } from 'react-redux'
import { expect, it, vi } from 'vitest'
import { ClientProvider } from '../../realtime/client-context.tsx'
import { peopleSlice } from './people-slice.ts'
import { useUser } from './use-user.ts'

function Name({ id }: { id: string }) {
  return <p>{useUser(id)?.displayName ?? '…'}</p>
}

const answer = (ids: readonly string[]) => ({
  items: ids.map((id) => ({
    id,
    username: `user${id}`,
    displayName: `User ${id}`,
    bio: '',
    status: '',
    image: null,
    createdAt: '2026-05-04T09:30:00.000Z',
  })),
  nextCursor: null,
})

it('people missed by many components at once are asked for in one request', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(async (input) => {
    const ids = new URL(input instanceof Request ? input.url : input).searchParams.get('ids') ?? ''
    return Response.json(answer(ids.split(',')))
  })
  const client = createParleyClient({ origin: 'http://parley.test', fetch })
  const store = configureStore({ reducer: { people: peopleSlice.reducer } })
  render(
    <Provider store={store}>
      <ClientProvider client={client}>
        {['1', '2', '2', '3'].map((id, index) => (
          <Name key={index} id={id} />
        ))}
      </ClientProvider>
    </Provider>,
  )
  expect(await screen.findByText('User 3')).toBeTruthy()
  expect(screen.getAllByText('User 2')).toHaveLength(2)
  expect(fetch).toHaveBeenCalledOnce()
  client.stop()
})
