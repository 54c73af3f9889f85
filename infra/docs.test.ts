import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Block, brokenLinks, everyPage, guides, isSaid, readPage, readSources, root } from './docs/pages.ts'
import { type Scene, startScene } from './docs/scene.ts'

const run = promisify(execFile)
// First, for the guides go on where they end.
const readmes = (await everyPage()).filter((name) => name.startsWith('infra/'))
const pages = await Promise.all([...readmes, ...guides].map(readPage))
const blocks = pages.flatMap((page) => page.blocks)
const sources = await readSources()

let scene: Scene
beforeAll(async () => {
  scene = await startScene()
}, 120_000)
afterAll(() => scene?.stop())

const runnable = pages
  .map(({ name, blocks: all }) => ({ name, toRun: all.filter(({ marker }) => !marker) }))
  .filter(({ toRun }) => toRun.length > 0)

test.each(runnable)(
  'every command of $name that can be run here is run, in order, and works',
  async ({ toRun }) => {
    for (const block of toRun) expect(await scene.failure(block)).toBe('')
  },
  120_000,
)

describe('a block', () => {
  test('is shell', async () => {
    for (const { script } of blocks) expect(await run('sh', ['-n', '-c', script])).toEqual({ stdout: '', stderr: '' })
  })

  test('names files of the repository that are there', async () => {
    const missing: string[] = []
    for (const block of blocks) {
      for (const [path] of block.script.matchAll(/(?<![\w/.-])(infra|apps|scripts|config|docs|bench)\/[\w./*@-]+/g)) {
        if (!(await isThere(path))) missing.push(`${where(block)}: ${path}`)
      }
      for (const [call] of block.script.matchAll(/ansible-playbook\b.*/g)) {
        const playbooks = call.split(/\s+/).filter((word, at, words) => word.endsWith('.yml') && words[at - 1] !== '-i')
        for (const playbook of playbooks)
          if (!(await isThere(`infra/ansible/${playbook}`))) missing.push(`${where(block)}: ${playbook}`)
      }
    }
    expect(missing).toEqual([])
  })

  test('names services of compose.yml that exist', async () => {
    const services = await serviceNames()
    const unknown = blocks.flatMap((block) =>
      namedServices(block.script).flatMap((name) => (services.has(name) ? [] : [`${where(block)}: ${name}`])),
    )
    expect(unknown).toEqual([])
  })

  test('names outputs, variables and resources of Terraform, and scripts of pnpm, that exist', async () => {
    const terraform = (
      await Promise.all(
        ['aws', 'vultr'].map(async (cloud) => {
          const texts: string[] = []
          for await (const file of glob(`infra/terraform/${cloud}/*.tf`, { cwd: root }))
            texts.push(await readFile(join(root, file), 'utf8'))
          return texts.join('\n')
        }),
      )
    ).join('\n')
    const manifest = Value.Parse(
      Type.Object({ scripts: Type.Record(Type.String(), Type.String()) }),
      JSON.parse(await readFile(join(root, 'package.json'), 'utf8')),
    )
    const unknown = blocks.flatMap((block) => [
      ...[...block.script.matchAll(/terraform output -raw (\w+)/g)].flatMap(([, name]) =>
        terraform.includes(`output "${name}"`) ? [] : [`${where(block)}: ${name}`],
      ),
      ...[...block.script.matchAll(/-replace=(\w+)\.(\w+)/g)].flatMap(([, kind, name]) =>
        terraform.includes(`resource "${kind}" "${name}"`) ? [] : [`${where(block)}: ${kind}.${name}`],
      ),
      ...[...block.script.matchAll(/pnpm@10 run ([\w:-]+)/g)].flatMap(([, name = '']) =>
        manifest.scripts[name] ? [] : [`${where(block)}: pnpm run ${name}`],
      ),
    ])
    expect(unknown).toEqual([])
  })
})

describe('what a guide names', () => {
  const guidePages = pages.filter(({ name }) => guides.includes(name))
  const quotes = guidePages.flatMap(({ name, quotes: all }) => all.map((quote) => ({ name, quote })))
  const hasWord = (word: string) => {
    const whole = new RegExp(`(?<![A-Za-z0-9_])${word}(?![A-Za-z0-9_])`)
    return sources.some((source) => whole.test(source))
  }

  test('are settings and codes that exist', () => {
    const named = quotes.flatMap(({ name, quote }) =>
      [...quote.matchAll(/^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(\*|_\*)?(=|$)/g)].map(([, word = '', rest]) => ({
        name,
        word: rest ? `${word}[A-Z0-9_]*` : word.replace(/(?<=_[A-Z]+)_FILE$/, '(_FILE)?'),
      })),
    )
    expect(named.filter(({ word }) => !hasWord(word))).toEqual([])
  })

  test('are variables of Ansible and of Terraform that exist', () => {
    const named = guidePages.flatMap(({ name, text, quotes: all }) => [
      ...[...text.matchAll(/\bparley_[a-z_]+/g)].map(([word]) => ({ name, word })),
      ...all.flatMap((quote) => [...quote.matchAll(/^([a-z]+_[a-z_]+) = /g)].map(([, word = '']) => ({ name, word }))),
    ])
    expect(named.filter(({ word }) => !hasWord(word))).toEqual([])
  })

  test('are metrics a running server has, and settings of others that are made somewhere', async () => {
    const text = await (await fetch(`${scene.nodeOrigin}/metrics`)).text()
    const metrics = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, metric = '']) => metric))
    const families = new Set([...metrics].map((metric) => metric.split('_')[0]))
    const named = quotes.filter(({ quote }) => /^[a-z]+(_[a-z0-9]+)+(\{.*\})?$/.test(quote))
    const unknown = named.filter(({ quote }) => {
      const word = quote.replace(/\{.*/, '')
      if (metrics.has(word.replace(/_(bucket|sum|count)$/, '')) || metrics.has(word)) return false
      const isOthers = !families.has(word.split('_')[0]) || sources.some((source) => source.includes(`"${word}" {`))
      return !isOthers || !hasWord(word)
    })
    expect(unknown).toEqual([])
  })

  test('are files and folders that are there', async () => {
    const unknown: string[] = []
    for (const { name, quote } of quotes) {
      if (!/^(infra|apps|scripts|config|docs|bench|packages|e2e|\.github)\/\S*$/.test(quote)) continue
      if (!(await isThere(quote))) unknown.push(`${name}: ${quote}`)
    }
    expect(unknown).toEqual([])
  })

  test('are services that exist', async () => {
    const services = await serviceNames()
    const unknown = quotes.flatMap(({ name, quote }) =>
      namedServices(quote).flatMap((service) => (services.has(service) ? [] : [`${name}: ${quote}`])),
    )
    expect(unknown).toEqual([])
  })

  test('are messages the programs say', () => {
    const command =
      /^(sudo|parley|docker|node|npx|curl|restic|systemctl|journalctl|ansible-playbook|terraform|df|du|ss|ls|kill|rm|timedatectl|openssl|gh|grep|-e|SHOW|SET)\b/
    const unknown = quotes.filter(
      ({ name, quote }) =>
        name === 'docs/troubleshooting.md' && /\S \S/.test(quote) && !command.test(quote) && !isSaid(quote, sources),
    )
    expect(unknown).toEqual([])
  })
})

test('every link between pages, and from pages to files, leads somewhere', async () => {
  expect((await Promise.all((await everyPage()).map(brokenLinks))).flat()).toEqual([])
})

const where = ({ page, line }: Block) => `${page}:${line}`

async function isThere(pattern: string): Promise<boolean> {
  const clean = pattern.replace(/[./]+$/, '')
  // What is written by its example is there once somebody has done so.
  if (existsSync(join(root, `${clean}.example`)) || existsSync(join(root, clean.replace(/(?=\.\w+$)/, '.example'))))
    return true
  if (!clean.includes('*')) return existsSync(join(root, clean))
  for await (const _ of glob(clean, { cwd: root })) return true
  return false
}

async function serviceNames(): Promise<Set<string>> {
  const Compose = Type.Object({ services: Type.Record(Type.String(), Type.Unknown()) })
  const files = ['compose.yml', 'compose.observability.yml'].map((name) => join(root, 'infra/docker', name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return new Set(texts.flatMap((text) => Object.keys(Value.Parse(Compose, parse(text, { merge: true })).services)))
}

/** The services a script hands to Compose by `parley`. */
function namedServices(script: string): string[] {
  const calls = script.matchAll(/(?:^|\s)parley (up|stop|start|restart|logs|exec|run|pull|build|ps)\b([^\n|;&#']*)/g)
  return [...calls].flatMap(([, verb = '', rest = '']) => {
    const words = rest.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-') && !/^\d+$/.test(word))
    return verb === 'exec' || verb === 'run' ? words.slice(0, 1) : words
  })
}
