import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { snippetLanguages, snippets } from './snippets.ts'

const options = { baseUrl: 'https://parley.example/v1', key: 'pk-of-nobody', model: `it's a "model"` }

it('names the address, the key and the model in every language', () => {
  for (const language of snippetLanguages) {
    const lines = snippets[language](options)
    expect(lines).toContain(options.baseUrl)
    expect(lines).toContain(options.key)
  }
})

it('a shell hands curl the address and the body as they are, whatever the model is called', () => {
  const printed = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${snippets.curl(options)}`], {
    encoding: 'utf8',
  })
  const words = printed.trimEnd().split('\n')
  expect(words.slice(0, 5)).toEqual([
    `${options.baseUrl}/chat/completions`,
    '-H',
    `Authorization: Bearer ${options.key}`,
    '-H',
    'Content-Type: application/json',
  ])
  expect(JSON.parse(words[6] ?? '')).toEqual({
    model: options.model,
    messages: [{ role: 'user', content: 'Say hello' }],
  })
})
