import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { OwnedProcess } from '../../../scripts/owned-process.ts'

interface Options {
  /** Starts a node of the API from an image. */
  start: (node: string, image: string) => Promise<OwnedProcess>
  /** Runs a command of the tools from an image; answers what it prints, or rejects with it. */
  tool: (command: string[], image: string) => Promise<string>
  /** Hears every command before it is obeyed, and may refuse it; answers what it prints. */
  onCommand?: (command: string) => string | Promise<string>
}

export interface Engine {
  /** Where it listens, as the program `docker` finds it in `PARLEY_ENGINE`. */
  url: string
  /** The folder of that program. */
  binDir: string
  /** Every command there was, in order, without options. */
  commands: string[]
  start: (node: string, image: string) => Promise<void>
  stop: () => Promise<void>
}

/** A container engine as Ansible sees one. Its nodes are processes of this machine, which end with this process. */
export async function startEngine({ start, tool, onCommand }: Options): Promise<Engine> {
  const running = new Map<string, OwnedProcess>()
  const commands: string[] = []

  const end = async (node: string) => {
    await running.get(node)?.end()
    running.delete(node)
  }
  const up = async (node: string, image: string) => {
    await end(node)
    running.set(node, await start(node, image))
  }
  const obey = async (args: string[]): Promise<string> => {
    const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--timeout')
    const [, command, ...names] = words
    commands.push(words.join(' '))
    const answer = await onCommand?.(words.join(' '))
    const image = await imageOf(args)
    const nodes = names.filter((name) => name.startsWith('api-'))
    if (command === 'run') return tool(names.slice(1), image)
    if (command === 'stop') await Promise.all(nodes.map(end))
    if (command === 'up') await Promise.all(nodes.map((node) => up(node, image)))
    return answer ?? ''
  }

  const server = createServer((request, response) => {
    text(request)
      .then((body) => obey(body.trimEnd().split('\n')))
      .catch((error: unknown) => {
        response.statusCode = 500
        return error instanceof Error ? error.message : String(error)
      })
      .then((answer) => response.end(answer))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the engine has no port')

  const binDir = await mkdtemp(join(tmpdir(), 'parley-engine-'))
  await symlink(join(import.meta.dirname, 'docker.sh'), join(binDir, 'docker'))
  return {
    url: `http://127.0.0.1:${address.port}`,
    binDir,
    commands,
    start: up,
    stop: async () => {
      await Promise.all([...running.keys()].map(end))
      server.close()
      await rm(binDir, { recursive: true, force: true })
    },
  }
}

/** As Compose finds it: in the file of settings it is given. */
async function imageOf(args: string[]): Promise<string> {
  const file = args.find((arg) => arg.startsWith('--env-file='))?.slice('--env-file='.length)
  if (file === undefined) return ''
  return /^PARLEY_API_IMAGE=(.*)$/m.exec(await readFile(file, 'utf8'))?.[1] ?? ''
}
