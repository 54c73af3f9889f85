import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repositoryDir } from './config-layers.ts'
import { createSettings } from './config-reload.ts'
import { loadConfig, settingNames } from './config.ts'

let folder: string
const secrets = { JWT_SECRET: 'x'.repeat(32), ENCRYPTION_KEY: 'x'.repeat(32) }
const needed = { DATABASE_URL: 'mysql://nobody@127.0.0.1/none', ...secrets }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** What a start with these settings is refused for. */
function refusalOf(environment: NodeJS.ProcessEnv): string {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  throw new Error('the settings were accepted')
}

describe('the layers of settings', () => {
  test('are defaults, the file of CONFIG_FILE, and over both the environment', async () => {
    const CONFIG_FILE = await file('layers.yml', 'PORT: 9000\nLOG_LEVEL: debug\nCOOKIE_SECURE: true\n')
    const config = loadConfig({ ...needed, CONFIG_FILE, LOG_LEVEL: 'error', DOCS: '' })
    expect(config).toMatchObject({
      PORT: 9_000,
      LOG_LEVEL: 'error',
      COOKIE_SECURE: true,
      DOCS: false,
      S3_REGION: 'us-east-1',
    })
  })

  test('take a secret from the file that its _FILE names, in the environment or in the yml', async () => {
    const JWT_SECRET_FILE = await file('jwt', `${'k'.repeat(40)}\n`)
    const CONFIG_FILE = await file('secret.yml', `DATABASE_URL_FILE: ${await file('url', 'mysql://from-file/x\n')}\n`)
    expect(loadConfig({ ...secrets, JWT_SECRET: undefined, CONFIG_FILE, JWT_SECRET_FILE })).toMatchObject({
      DATABASE_URL: 'mysql://from-file/x',
      JWT_SECRET: 'k'.repeat(40),
    })
  })

  test('that are in the repository are all valid and hold no secret', async () => {
    for (const name of await readdir(join(repositoryDir, 'config'))) {
      expect(loadConfig({ ...needed, CONFIG_FILE: `config/${name}` })).toMatchObject(needed)
    }
  })
})

test('the README lists every setting', async () => {
  const readme = await readFile(join(repositoryDir, 'README.md'), 'utf8')
  expect(settingNames.filter((name) => !readme.includes(`| \`${name}\` `))).toEqual([])
})

describe('a bad setting stops the start', () => {
  test('naming it, where it came from and what is allowed, and never a value', async () => {
    const CONFIG_FILE = await file(
      'bad.yml',
      'PORT: 99999\nLOG_LEVEL: loud\nUPLOAD_BYTES_MAX: 1.5\nCOOKIE_SECURE: yes\n',
    )
    const message = refusalOf({ CONFIG_FILE, JWT_SECRET: 'too-short-but-secret', DATABASE_URL: needed.DATABASE_URL })
    expect(message).toContain(`PORT (${CONFIG_FILE}) must be a whole number from 0 to 65535`)
    expect(message).toContain(`LOG_LEVEL (${CONFIG_FILE}) must be one of fatal, error, warn`)
    expect(message).toContain(`UPLOAD_BYTES_MAX (${CONFIG_FILE}) must be a whole number of at least 1`)
    expect(message).toContain(`COOKIE_SECURE (${CONFIG_FILE}) must be true or false`)
    expect(message).toContain('JWT_SECRET (the environment) must be text of at least 32 characters')
    expect(message).not.toContain('too-short-but-secret')
  })

  test.each([
    'https://chat.example.com/',
    'chat.example.com',
    'https://Chat.example.com',
    'https://chat.example.com/app',
  ])('such as %s for an origin, which no browser would send', (WEB_ORIGINS) => {
    expect(refusalOf({ ...needed, WEB_ORIGINS })).toContain('WEB_ORIGINS (the environment) must be text that matches')
    expect(loadConfig({ ...needed, WEB_ORIGINS: 'https://a.example.com, http://localhost:5173' })).toBeDefined()
  })

  test('also where it is missing, unknown, nested or in a file that cannot be read', async () => {
    const CONFIG_FILE = await file('unknown.yml', 'LOG_LEVL: info\nPORT: [1, 2]\n')
    const message = refusalOf({ ...needed, JWT_SECRET: undefined, CONFIG_FILE })
    expect(message).toContain(`LOG_LEVL (${CONFIG_FILE}) is not a setting`)
    expect(message).toContain(`PORT (${CONFIG_FILE}) must be a single value`)
    expect(message).toContain('JWT_SECRET is not set; it must be text of at least 32 characters')
    const path = join(folder, 'absent')
    expect(refusalOf({ ...needed, CONFIG_FILE: path })).toContain(`${path} cannot be read: ENOENT`)
    expect(refusalOf({ ...needed, JWT_SECRET_FILE: path })).toContain('JWT_SECRET (JWT_SECRET_FILE in the environment)')
    const empty = await file('empty', '\n')
    expect(refusalOf({ ...needed, JWT_SECRET: undefined, JWT_SECRET_FILE: empty })).toContain('JWT_SECRET is not set')
    const broken = await file('broken.yml', 'PORT: 1\nPORT: 2\n')
    expect(refusalOf({ ...needed, CONFIG_FILE: broken })).toContain(`${broken} cannot be read: Map keys must be unique`)
  })
})

describe('a reload', () => {
  const lines: { level: string; context: object; message: string }[] = []
  const at = (level: string) => (context: object, message: string) => void lines.push({ level, context, message })
  const log = { info: at('info'), warn: at('warn'), error: at('error') }

  test('takes up what may change, tells listeners, and names what needs a restart', () => {
    const environment: NodeJS.ProcessEnv = { ...needed }
    const settings = createSettings(() => loadConfig(environment))
    const heard: string[] = []
    settings.onChange(({ LOG_LEVEL }) => heard.push(LOG_LEVEL))
    Object.assign(environment, { LOG_LEVEL: 'debug', RATE_COMMAND: '7', PORT: '9001' })
    settings.reload(log)
    expect(settings.current()).toMatchObject({ LOG_LEVEL: 'debug', RATE_COMMAND: 7, PORT: 8_000 })
    expect(heard).toEqual(['debug'])
    expect(lines).toMatchObject([
      { level: 'warn', context: { settings: ['PORT'] } },
      { level: 'info', context: { settings: ['LOG_LEVEL', 'RATE_COMMAND'] } },
    ])
  })

  test('with a bad value keeps everything and says what is wrong', () => {
    const environment: NodeJS.ProcessEnv = { ...needed }
    const settings = createSettings(() => loadConfig(environment))
    const before = settings.current()
    Object.assign(environment, { LOG_LEVEL: 'loud', RATE_COMMAND: '7' })
    settings.reload(log)
    expect(settings.current()).toBe(before)
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      context: { err: { message: expect.stringContaining('LOG_LEVEL (') } },
    })
  })
})
