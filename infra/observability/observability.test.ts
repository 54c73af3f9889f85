import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findProgram } from '../../scripts/debian-packages.ts'

const run = promisify(execFile)
const here = import.meta.dirname
let workDir: string

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'parley-observability-'))
})

afterAll(() => rm(workDir, { recursive: true, force: true }))

const read = (name: string) => readFile(join(here, name), 'utf8')

test('Prometheus takes its configuration and its rules, and asks the nodes of compose.yml with a token', async () => {
  const { file: promtool, env } = await findProgram('promtool', 'prometheus')
  await cp(join(here, 'alerts.yml'), join(workDir, 'alerts.yml'))
  await writeFile(join(workDir, 'token'), 'token')
  // It looks for the file of the token, which is where Compose mounts it.
  const config = (await read('prometheus.yml')).replace('/run/secrets/metrics-token', join(workDir, 'token'))
  await writeFile(join(workDir, 'prometheus.yml'), config)
  await expect(run(promtool, ['check', 'config', join(workDir, 'prometheus.yml')], { env })).resolves.toBeDefined()
  expect(config).toContain(join(workDir, 'token'))

  const targets = [...config.matchAll(/'([\w-]+):8000'/g)].map(([, name]) => name)
  const { services } = Value.Parse(
    Type.Object({ services: Type.Record(Type.String(), Type.Unknown()) }),
    parse(await readFile(join(here, '../docker/compose.yml'), 'utf8'), { merge: true }),
  )
  expect(targets).toEqual(Object.keys(services).filter((name) => name.startsWith('api-')))
}, 60_000)

test('alerts fire when they should and not before', async () => {
  const { file: promtool, env } = await findProgram('promtool', 'prometheus')
  await expect(run(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd: here, env })).resolves.toBeDefined()
}, 60_000)

test('Alertmanager takes its configuration, as it stands and with the receivers it describes', async () => {
  const { file: amtool, env } = await findProgram('amtool', 'prometheus-alertmanager')
  const config = await read('alertmanager/alertmanager.yml')
  const receivers = config.replaceAll(/^ {4}# {3}/gm, '    ')
  expect(receivers).toMatch(/^ {4}email_configs:$[^]*^ {4}webhook_configs:$/m)
  for (const [name, content] of Object.entries({ 'as-it-is.yml': config, 'with-receivers.yml': receivers })) {
    await writeFile(join(workDir, name), content)
    await expect(run(amtool, ['check-config', join(workDir, name)], { env })).resolves.toBeDefined()
  }
}, 60_000)

test('Grafana finds a Prometheus, and the dashboard where Compose puts it', async () => {
  const { datasources } = Value.Parse(
    Type.Object({ datasources: Type.Array(Type.Object({ type: Type.String(), url: Type.String() })) }),
    parse(await read('grafana/datasources.yml')),
  )
  expect(datasources[0]).toMatchObject({ type: 'prometheus', url: 'http://prometheus:9090' })
  const { providers } = Value.Parse(
    Type.Object({ providers: Type.Array(Type.Object({ options: Type.Object({ path: Type.String() }) })) }),
    parse(await read('grafana/dashboards.yml')),
  )
  const compose = await readFile(join(here, '../docker/compose.observability.yml'), 'utf8')
  expect(compose).toContain(`target: ${providers[0]?.options.path}/parley.json`)
})
