import { cp, mkdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'

/** The folder images are built from: that of the repository. */
export const contextDir = resolve(import.meta.dirname, '../..')

export type Instruction = { keyword: string; text: string }

/** The instructions of a Dockerfile, each on one line. */
export async function readDockerfile(name: string): Promise<Instruction[]> {
  const content = await readFile(join(import.meta.dirname, name), 'utf8')
  const lines = content.replace(/^#.*$/gm, '').replace(/\\\n/g, ' ').split('\n')
  return lines.filter(Boolean).map((line) => {
    const [, keyword = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line.replace(/\s+/g, ' ').trim()) ?? []
    return { keyword, text }
  })
}

/** What the last stage sets for whoever runs the image. */
export function lastStage(instructions: Instruction[]) {
  const stage = instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'))
  const last = (keyword: string) => stage.findLast((each) => each.keyword === keyword)?.text ?? ''
  const environment: Record<string, string> = Object.fromEntries(
    [...last('ENV').matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const command = [...last('CMD').matchAll(/"([^"]*)"/g)].map(([, word = '']) => word)
  return { environment, command, workdir: last('WORKDIR'), user: last('USER') }
}

export type Copy = { sources: string[]; target: string }

/** What a COPY takes from the context; undefined where it takes from another stage. */
export function contextCopy({ keyword, text }: Instruction): Copy | undefined {
  if (keyword !== 'COPY' || text.startsWith('--from=')) return undefined
  const words = text.split(' ')
  return { sources: words.slice(0, -1), target: words.at(-1) ?? '' }
}

/** Whether `.dockerignore` lets a path of the repository reach a build: the last line that matches decides. */
export async function readIgnore(): Promise<(path: string) => boolean> {
  const content = await readFile(join(contextDir, '.dockerignore'), 'utf8')
  const lines = content.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const rules = lines.map((line) => ({ isKept: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }))
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.isKept ?? true
}

/** What a line matches, and all that lies in it. Unlike in a shell, `*` stands for names that begin with a dot too. */
function patternOf(line: string): RegExp {
  const words = line.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') return '(.*/)?'
    return part === '*' ? '[^/]*' : part.replaceAll('.', String.raw`\.`)
  })
  return new RegExp(`^${words.join('')}(/.*)?$`)
}

/** Does what COPY does, in a folder that stands for the image's `/`. */
export async function copyInto(imageDir: string, workdir: string, { sources, target }: Copy): Promise<void> {
  const isSent = await readIgnore()
  for (const source of sources) {
    const from = join(contextDir, source)
    const into = join(imageDir, resolve(workdir, target))
    // A file goes into a folder that ends in a slash; of a folder it is the content that goes.
    const isFile = (await stat(from)).isFile()
    const to = isFile && target.endsWith('/') ? join(into, basename(from)) : into
    await mkdir(dirname(to), { recursive: true })
    await cp(from, to, { recursive: true, filter: (file) => isSent(relative(contextDir, file)) })
  }
}
