import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { findProgram } from '../../scripts/debian-packages.ts'
import { contextCopy, contextDir, lastStage, readDockerfile, readIgnore } from './build-context.ts'

const run = promisify(execFile)
const dockerfiles = ['api.Dockerfile', 'web.Dockerfile']
const composeFiles = ['compose.yml', 'compose.observability.yml']

const Manifest = Type.Object({
  dependencies: Type.Optional(Type.Record(Type.String(), Type.String())),
  devDependencies: Type.Optional(Type.Record(Type.String(), Type.String())),
  packageManager: Type.Optional(Type.String()),
})
const manifest = async (folder: string) =>
  Value.Parse(Manifest, JSON.parse(await readFile(join(contextDir, folder, 'package.json'), 'utf8')))

/** Runs a linter of npm, which ends with something else than 0 if it has something to say. */
const lint = (program: string, args: string[]) =>
  run(join(contextDir, 'infra/node_modules/.bin', program), args, { cwd: import.meta.dirname })

test('the Dockerfiles have nothing a linter would change', async () => {
  await expect(lint('dockerfilelint', dockerfiles)).resolves.toBeDefined()
})

test('the compose files have nothing a linter would change, but for rules of taste and those that compose.test.ts replaces', async () => {
  await expect(lint('dclint', ['--config', '.dclintrc', ...composeFiles])).resolves.toBeDefined()
})

test('no secrets, data, dependencies or builds of this machine reach a build', async () => {
  const isSent = await readIgnore()
  const kept = ['.env', '.git/config', '.data/jwt', 'storage/logs/api.1.log', 'node_modules/x', 'apps/web/dist/a.js']
  const within = [
    'apps/api/node_modules/x',
    'apps/web/.env.local',
    'apps/api/src/config.test.ts',
    'infra/nginx/a.test.ts',
  ]
  expect([...kept, ...within].filter(isSent)).toEqual([])
})

describe.each(dockerfiles)('%s', (name) => {
  test('copies only what exists and what .dockerignore lets through', async () => {
    const isSent = await readIgnore()
    const sources = (await readDockerfile(name)).flatMap((each) => contextCopy(each)?.sources ?? [])
    const missing = sources.filter((source) => !existsSync(join(contextDir, source)) || !isSent(source))
    expect(missing).toEqual([])
  })

  test('brings the manifest of each package of the workspace that the app depends on', async () => {
    const app = name === 'api.Dockerfile' ? 'apps/api' : 'apps/web'
    const needed = new Set<string>([app])
    // A set visits what is added while it is walked through.
    for (const folder of needed) {
      const { dependencies = {} } = await manifest(folder)
      const ours = Object.entries(dependencies).filter(([, version]) => version.startsWith('workspace:'))
      for (const [each] of ours) needed.add(each.replace('@parley/', 'packages/'))
    }
    const copied = (await readDockerfile(name)).flatMap((each) => contextCopy(each)?.sources ?? [])
    const manifests = copied.filter((source) => source.endsWith('/package.json'))
    expect(manifests.toSorted()).toEqual([...needed].map((folder) => `${folder}/package.json`).toSorted())
  })

  test('pins what it begins with, and the Node and pnpm of this repository, and runs as nobody', async () => {
    const { devDependencies, packageManager } = await manifest('.')
    const instructions = await readDockerfile(name)
    const bases = instructions.filter(({ keyword }) => keyword === 'FROM').map(({ text }) => text.split(' ')[0])
    expect(bases).toEqual([
      `node:${devDependencies?.node}-bookworm-slim`,
      expect.stringMatching(/^debian:12\.\d+-slim$/),
    ])
    expect(instructions.map(({ text }) => text)).toContain(`npm install --global ${packageManager}`)
    expect(lastStage(instructions).user).toBe('10001:10001')
  })
})

test('shellcheck finds nothing in any shell script of the repository', async () => {
  const shellcheck = await findProgram('shellcheck')
  const git = ['ls-files', '--cached', '--others', '--exclude-standard', '*.sh', '.ci/run']
  const { stdout } = await run('git', git, { cwd: contextDir })
  const scripts = stdout.split('\n').filter((file) => file !== '' && existsSync(join(contextDir, file)))
  expect(scripts).toContain('infra/docker/smoke.sh')
  const args = ['--format=gcc', '--severity=warning', ...scripts]
  // With something found it ends with 1, and what it found is in the failure.
  expect(await run(shellcheck.file, args, { cwd: contextDir, env: shellcheck.env })).toMatchObject({ stdout: '' })
}, 60_000)
