import { afterEach, describe, expect, it, vi } from 'vitest'

const inPageWith = async (content: string | null) => {
  vi.resetModules()
  document.head.innerHTML = content === null ? '' : `<meta name="api-origin" content="${content}" />`
  const [origin, files] = [await import('./api-origin.ts'), await import('./features/files/file-source.ts')]
  return { ...origin, ...files }
}

afterEach(() => {
  document.head.innerHTML = ''
})

describe('the API', () => {
  it.each([null, ''])('answers on the origin of a page that names none: %j', async (content) => {
    const { apiOrigin, isApiElsewhere, mediaCrossOrigin } = await inPageWith(content)
    expect({ apiOrigin, isApiElsewhere, mediaCrossOrigin }).toEqual({
      apiOrigin: location.origin,
      isApiElsewhere: false,
      mediaCrossOrigin: undefined,
    })
  })

  it('answers where the page says, and pictures are asked for with the cookie', async () => {
    const { apiOrigin, isApiElsewhere, mediaCrossOrigin, fileSource } = await inPageWith('https://api.example.com')
    expect({ apiOrigin, isApiElsewhere, mediaCrossOrigin }).toEqual({
      apiOrigin: 'https://api.example.com',
      isApiElsewhere: true,
      mediaCrossOrigin: 'use-credentials',
    })
    expect(fileSource('7', 320)).toBe('https://api.example.com/api/files/7?size=320')
  })
})
