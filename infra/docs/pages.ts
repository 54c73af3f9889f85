import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** The pages for whoever runs Parley, in the order in which their blocks are run. */
export const guides = ['deploying', 'upgrading', 'backing-up', 'scaling-out', 'tuning', 'troubleshooting'].map(
  (name) => `docs/${name}.md`,
)

/** Why a block is not run here, as its first line says. */
export const markers = ['# needs a cloud', '# needs Docker', '# on the server'] as const

export interface Block {
  page: string
  line: number
  script: string
  /** Undefined where it is run. */
  marker: (typeof markers)[number] | undefined
}

export interface Page {
  name: string
  text: string
  blocks: Block[]
  /** What stands between backticks in its sentences and tables. */
  quotes: string[]
}

export async function readPage(name: string): Promise<Page> {
  const text = await readFile(join(root, name), 'utf8')
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(({ 1: script = '', index }): Block => {
    const marker = markers.find((each) => script.startsWith(each))
    return { page: name, line: text.slice(0, index).split('\n').length, script, marker }
  })
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  const quotes = [...prose.matchAll(/`([^`]+)`/g)].map(([, quote = '']) => quote.replace(/\s+/g, ' '))
  return { name, text, blocks, quotes }
}

/** Every page of the repository somebody may be sent to. */
export async function everyPage(): Promise<string[]> {
  const names: string[] = []
  const isForeign = (name: string) => /(^|\/)(node_modules|dist|\.data|storage|test-results)$/.test(name)
  for await (const name of glob('**/*.md', { cwd: root, exclude: isForeign })) names.push(name)
  return names.toSorted()
}

/** The links of a page that lead nowhere: to a file that is not there, or to a heading its page does not have. */
export async function brokenLinks(name: string): Promise<string[]> {
  const text = (await readFile(join(root, name), 'utf8')).replace(/^```[\s\S]*?^```$/gm, '')
  const broken: string[] = []
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? join(root, name) : resolve(root, name, '..', path)
    if (!existsSync(file)) broken.push(`${name}: ${target}`)
    else if (anchor !== undefined && !(await headings(file)).includes(anchor)) broken.push(`${name}: ${target}`)
  }
  return broken
}

/** The headings of a page, as addresses name them. */
async function headings(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** What the programs are made of, file by file, with every run of white space as one space. */
export async function readSources(): Promise<string[]> {
  const patterns = [
    '{apps,packages}/*/src/**/*',
    'infra/**/*',
    'scripts/*',
    'config/*',
    'netlify.toml',
    'apps/web/*.ts',
  ]
  const isForeign = (name: string) => /node_modules$|\.test\.ts$|\.md$|infra\/docs|\/test$/.test(name)
  const sources: string[] = []
  for await (const entry of glob(patterns, { cwd: root, exclude: isForeign })) {
    if (!/\.(ts|tsx|json|yml|yaml|sh|conf|toml|j2|tf|hcl|example|service)$|Dockerfile$/.test(entry)) continue
    sources.push((await readFile(join(root, entry), 'utf8')).replace(/\s+/g, ' '))
  }
  return sources
}

/** Whether some file says this; `…` stands for what differs from time to time. */
export function isSaid(quote: string, sources: string[]): boolean {
  const parts = quote.split('…').map((part) => part.trim())
  return sources.some((source) => {
    let from = 0
    return parts.every((part) => {
      const at = source.indexOf(part, from)
      from = at + part.length
      return at >= 0
    })
  })
}
