import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { login } from '@parley/protocol/identity'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { repositoryDir } from '../src/config-layers.ts'
import { picture, upload } from './files.ts'
import { connect, createUser, refusal, startApi, type TestApi } from './harness.ts'
import { createGroup } from './rooms.ts'

const Rules = Type.Object({
  groups: Type.Array(
    Type.Object({
      rules: Type.Array(
        Type.Object({
          alert: Type.String(),
          expr: Type.String(),
          annotations: Type.Object({ summary: Type.String() }),
        }),
      ),
    }),
  ),
})
const Dashboard = Type.Object({
  panels: Type.Array(
    Type.Object({ title: Type.String(), targets: Type.Array(Type.Object({ expr: Type.String() }), { minItems: 1 }) }),
    { minItems: 1 },
  ),
})

const read = (name: string) => readFile(join(repositoryDir, 'infra/observability', name), 'utf8')

interface Query {
  from: string
  expr: string
}

async function queries(): Promise<Query[]> {
  const { groups } = Value.Parse(Rules, parse(await read('alerts.yml')))
  const { panels } = Value.Parse(Dashboard, JSON.parse(await read('grafana-dashboard.json')))
  return [
    ...groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ from: alert, expr }))),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ from: title, expr }))),
  ]
}

/** Words of PromQL that stand where a metric could. */
const words = new Set(['and', 'or', 'unless', 'offset', 'bool', 'on', 'ignoring'])
/** What Prometheus itself adds to each target. */
const ofPrometheus = { metrics: new Set(['up']), labels: new Set(['job', 'instance', 'le']) }

/** The metrics a query names, each with the labels it is asked by. */
function namesIn(expr: string): { metric: string; labels: string[] }[] {
  const grouped = [...expr.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, list]) => (list ?? '').split(', '))
  const bare = expr.replace(/\b(?:by|without) \([^)]*\)/g, '').replace(/\[[^\]]*\]/g, '')
  return [...bare.matchAll(/(?<![\w.])([a-z_]\w*)(\{[^}]*\})?(?!\s*\(|\w)/gi)].flatMap(([, metric = '', selector]) => {
    if (words.has(metric)) return []
    const selected = [...(selector ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? '')
    return [{ metric, labels: [...selected, ...grouped] }]
  })
}

let api: TestApi
/** The labels of every metric a running server answers. */
const live = new Map<string, Set<string>>()

beforeAll(async () => {
  api = await startApi()
  const ada = await createUser(api)
  await refusal(api, null, login, { body: { login: ada.username, password: 'not the password' } })
  const room = await createGroup(api, ada)
  await upload(api, ada, { bytes: await picture() })
  const socket = await connect(api, ada)
  await socket.command('room.sendMessage', {
    roomId: room.id,
    clientId: randomUUID(),
    body: { kind: 'text', text: 'counted' },
  })
  socket.close()
  const text = await (await fetch(`${api.url}/metrics`)).text()
  for (const [, name = '', , labels = ''] of text.matchAll(/^([a-z_]\w*)(\{(.*)\})? /gim)) {
    const known = live.get(name) ?? new Set()
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label)
    live.set(name, known)
  }
})
afterAll(() => api.close())

describe('infra/observability', () => {
  test('asks for metrics and labels that a running server has', async () => {
    const asked = await queries()
    expect(asked.length).toBeGreaterThan(30)
    const missing = asked.flatMap(({ from, expr }) => {
      const names = namesIn(expr)
      if (names.length === 0) return [`${from}: no metric in ${expr}`]
      return names.flatMap(({ metric, labels }) => {
        if (ofPrometheus.metrics.has(metric)) return []
        const known = live.get(metric)
        if (!known) return [`${from}: ${metric} does not exist`]
        return labels
          .filter((label) => !known.has(label) && !ofPrometheus.labels.has(label))
          .map((label) => `${from}: ${metric} has no label ${label}`)
      })
    })
    expect(missing).toEqual([])
  })

  test('notices a metric or a label that does not exist', () => {
    expect(namesIn('sum by (le, queue) (rate(nothing_total{status=~"5..", job="x"}[5m])) / other > 0.01')).toEqual([
      { metric: 'nothing_total', labels: ['status', 'job', 'le', 'queue'] },
      { metric: 'other', labels: ['le', 'queue'] },
    ])
  })

  test('has a scrape that names the rules and asks where the metrics are', async () => {
    expect(parse(await read('prometheus.yml'))).toMatchObject({
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'parley', metrics_path: '/metrics', authorization: { type: 'Bearer' } }],
    })
  })
})

test('metrics open to other machines by their token alone', async () => {
  const METRICS_TOKEN = randomUUID()
  const guarded = await startApi({ METRICS_TOKEN })
  const ask = async (authorization?: string) => {
    // As a proxy on this machine passes strangers on.
    const headers = { 'x-forwarded-for': '203.0.113.9', ...(authorization !== undefined && { authorization }) }
    return (await fetch(`${guarded.url}/metrics`, { headers })).status
  }
  expect(await ask(`Bearer ${METRICS_TOKEN}`)).toBe(200)
  for (const wrong of [undefined, 'Bearer ', `Bearer ${randomUUID()}`, METRICS_TOKEN])
    expect(await ask(wrong)).toBe(404)
  await guarded.close()
})
