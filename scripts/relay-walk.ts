/*
 * Walks through the relay's admin surface of a product that runs: makes the group `ns-admin` and `token 1` in it, lists the
 * tokens, deletes the group and lists again. PUBLIC_URL says where the product is, ADMIN_KEY opens it.
 */

const { PUBLIC_URL: origin = 'http://localhost:8000', ADMIN_KEY: adminKey } = process.env
const group = 'ns-admin'
const token = 'token 1'

interface Answer {
  success: boolean
  message?: string
  data?: unknown
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(new URL(path, origin), {
    method,
    headers: { authorization: adminKey ?? '', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer: Answer = JSON.parse(await response.text())
  if (!answer.success) throw new Error(`${method} ${path} answered ${response.status}: ${answer.message ?? 'nothing'}`)
  return answer
}

/** Names of the tokens in the group. */
async function tokensListed(): Promise<string[]> {
  const { data } = await ask('GET', `/api/tokens/?per_page=100&query=${encodeURIComponent(token)}`)
  const { tokens }: { tokens: { group: string; name: string }[] } = Object(data)
  return tokens.filter((each) => each.group === group).map(({ name }) => name)
}

function expectSame(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(found)} where ${JSON.stringify(expected)} was expected`)
  }
  console.log(`ok  ${what}`)
}

if (adminKey === undefined) throw new Error('ADMIN_KEY is not set.')
await ask('POST', '/api/group/', { id: group })
console.log(`ok  the group ${group} is made`)
const { data: made } = await ask('POST', `/api/token/${group}`, { name: token })
expectSame(`${token} is made, with a key`, typeof Object(made).key, 'string')
expectSame('the list has it', await tokensListed(), [token])
await ask('DELETE', `/api/group/${group}`)
console.log(`ok  the group ${group} is deleted`)
expectSame('the list has it no more', await tokensListed(), [])
