import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './chromium.ts'
import { check, type Count, counted, readReport, root, type Step, succeeds } from './test-step.ts'

type VitestReport = {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}
type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number } }

/** Everything CI runs, in this order. */
export const steps: Step[] = [
  check('format', [['prettier', '--check', '--log-level', 'warn', '.']]),
  check('lint', [['oxlint', '--type-aware', '--deny-warnings']]),
  check('imports', [
    ['depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'apps', 'e2e', 'bench', 'scripts', 'infra'],
  ]),
  check('types', [
    ['tsc', '-p', 'tsconfig.json'],
    ['tsc', '-p', 'apps/web/tsconfig.json'],
  ]),
  check('unused', [['knip', '--no-progress']]),
  { name: 'openapi', run: openapi },
  { name: 'unit', run: () => vitest(['protocol', 'client', 'web']) },
  { name: 'api', run: () => vitest(['api', 'scripts']) },
  { name: 'build', run: build },
  { name: 'infra', after: 'build', run: () => vitest(['infra']) },
  { name: 'e2e', after: 'build', run: playwright },
  check('lighthouse', [['node', 'e2e/lighthouse.ts']], 'build'),
]

/** The committed document must be the one the contracts give. */
async function openapi(): Promise<Count> {
  const file = join(root, 'apps/api/openapi.json')
  const committed = await readFile(file, 'utf8')
  const wrote = await succeeds('node', ['apps/api/src/openapi.ts'])
  const current = await readFile(file, 'utf8')
  if (wrote && current === committed) return { passed: 1, failed: 0 }
  await writeFile(file, committed)
  console.log('apps/api/openapi.json is not what the contracts say: run `pnpm openapi` and commit it')
  return { passed: 0, failed: 1 }
}

async function vitest(projects: string[]): Promise<Count> {
  return withReport(async (file) => {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const ok = await succeeds('vitest', [...args, ...projects.flatMap((name) => ['--project', name])])
    const report = await readReport<VitestReport>(file)
    if (!report) return counted(undefined, ok)
    // A file that cannot even be loaded fails without a test of its own.
    const broken = report.testResults.filter((each) => each.status === 'failed' && each.assertionResults.length === 0)
    return counted({ passed: report.numPassedTests, failed: report.numFailedTests + broken.length }, ok)
  })
}

async function build(): Promise<Count> {
  if (!(await succeeds('vite', ['build', '--logLevel', 'warn'], { cwd: 'apps/web' }))) return { passed: 0, failed: 2 }
  const light = await succeeds('node', ['scripts/bundle-budget.ts'])
  return { passed: light ? 2 : 1, failed: light ? 0 : 1 }
}

async function playwright(): Promise<Count> {
  const chromium = await findChromium(console.log)
  return withReport(async (file) => {
    const env = { PARLEY_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: file }
    const ok = await succeeds('playwright', ['test', '--reporter=list,json'], { cwd: 'e2e', env })
    const stats = (await readReport<PlaywrightReport>(file))?.stats
    // A test that passed only when tried again is not a passed test.
    return counted(stats && { passed: stats.expected, failed: stats.unexpected + stats.flaky }, ok)
  })
}

async function withReport(work: (file: string) => Promise<Count>): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-report-'))
  try {
    return await work(join(folder, 'report.json'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
