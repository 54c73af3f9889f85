import { readdirSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { ansibleEnvironment } from '../../scripts/ansible.ts'
import { runAnsible } from './test/playbook.ts'

const timeoutMs = 240_000
const playbooks = ['init', 'cicd', 'tls', 'backup', 'restore'].map((name) => `${name}.yml`)
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
