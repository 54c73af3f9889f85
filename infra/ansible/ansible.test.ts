import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ansibleEnvironment } from '../../scripts/ansible.ts'
import { runAnsible } from './test/playbook.ts'

const timeoutMs = 240_000
const playbooks = ['init', 'cicd', 'tls', 'backup', 'restore'].map((name) => `${name}.yml`)
interface Variables {
  parley_nodes: { name: string; address: string }[]
  parley_web_address: string
  parley_database_client: string[]
  parley_container_uid: number
  parley_turn_ports: string
}

interface Compose {
  networks: Record<string, { name?: string }>
  services: Record<string, { image: string; user: string; networks: { parley?: { ipv4_address: string } } }>
}

let env: NodeJS.ProcessEnv

beforeAll(async () => {
  env = await ansibleEnvironment()
}, timeoutMs)

test('these are all the playbooks there are', () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith('.yml') && name !== 'inventory.example.yml',
  )
  expect(files.toSorted()).toEqual(playbooks.toSorted())
})

test('everything passes ansible-lint at its production profile', { timeout: timeoutMs }, async () => {
  const { ok, output } = await runAnsible(
    'ansible-lint',
    ['--offline', '-c', '.ansible-lint', ...playbooks, 'roles'],
    env,
  )
  expect(output).toContain('production')
  expect({ ok, output }).toMatchObject({ ok: true })
})

test('every YAML file passes yamllint', { timeout: timeoutMs }, async () => {
  expect(await runAnsible('yamllint', ['--strict', '-c', '.yamllint', '.'], env)).toEqual({ ok: true, output: '' })
})

test('every playbook is one Ansible understands', { timeout: timeoutMs }, async () => {
  const args = ['--syntax-check', '--inventory=inventory.example.yml', ...playbooks]
  const { ok, output } = await runAnsible('ansible-playbook', args, env)
  expect({ ok, output }).toMatchObject({ ok: true })
})

test('what playbooks know of the containers is what Compose says', () => {
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  const variables: Variables = parse(read('group_vars/parley.yml'))
  const compose: Compose = parse(read('../docker/compose.yml'), { merge: true })
  const upstreams = read('../docker/nginx/host/upstreams.conf')
  const ports = /min-port=(\d+)\s+max-port=(\d+)/.exec(read('../docker/turnserver.conf'))
  for (const { name, address } of variables.parley_nodes) {
    expect(`${compose.services[name]?.networks.parley?.ipv4_address}:8000`).toBe(address)
    expect(upstreams).toContain(`server ${address} max_fails=1 fail_timeout=2s;`)
  }
  expect(upstreams).toContain(`server ${variables.parley_web_address};`)
  const { mysql } = compose.services
  expect(variables.parley_database_client.at(-1)).toBe(mysql?.image)
  expect(mysql?.user).toBe(`${variables.parley_container_uid}:${variables.parley_container_uid}`)
  expect(variables.parley_database_client).toContain(`--network=${compose.networks.parley?.name}`)
  expect(variables.parley_turn_ports).toBe(`${ports?.[1]}-${ports?.[2]}`)
})
