import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const folders: string[] = []
let dir: string

/** A program that notes how it was called and what it was told, and says `answers` by the end of the call. */
const standIn = (answers: string) => `#!/bin/sh
name=\${0##*/}
call="$name $*"
[ "$name" = ssh ] && call="ssh told $(cat)"
echo "$call" >>"$CALLS"
case "$call" in
${answers}
esac
`

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-create-'))
  folders.push(dir)
  for (const name of ['bin', 'infra/ansible', 'infra/terraform/aws']) await mkdir(join(dir, name), { recursive: true })
  await cp(join(import.meta.dirname, 'create.sh'), join(dir, 'infra/create.sh'))
  await writeFile(join(dir, 'infra/terraform/aws/terraform.tfvars'), '')
  await stand('')
})
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** Puts stand-ins for the cloud and the machine in the way of their programs. */
async function stand(answers: string): Promise<void> {
  for (const name of ['terraform', 'ansible', 'ansible-playbook', 'ssh']) {
    await writeFile(
      join(dir, 'bin', name),
      standIn(`${answers}
*'output -raw inventory') echo 'parley: {}' ;;
*'output -raw address') echo 203.0.113.10 ;;
*'output -raw database_url') exit 1 ;;`),
    )
    await chmod(join(dir, 'bin', name), 0o755)
  }
}

const create = (...args: string[]) =>
  run('bash', [join(dir, 'infra/create.sh'), ...args], {
    env: { PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, CALLS: join(dir, 'calls') },
  })

const calls = async () =>
  existsSync(join(dir, 'calls')) ? (await readFile(join(dir, 'calls'), 'utf8')).split('\n') : []

const toTheMachine = [
  'terraform -chdir=terraform/aws init -input=false',
  'terraform -chdir=terraform/aws apply -auto-approve',
  'terraform -chdir=terraform/aws output -raw inventory',
  'terraform -chdir=terraform/aws output -raw address',
  'ansible parley --module-name ansible.builtin.wait_for_connection --args timeout=600',
  'ansible-playbook init.yml',
  'terraform -chdir=../terraform/aws output -raw database_url',
]
const toTheEnd = 'ansible-playbook cicd.yml tls.yml backup.yml --extra-vars parley_tls_email=ops@example.com'

test('one command makes the machine, hands it to Ansible and goes through all playbooks, in order', async () => {
  const { stdout } = await create('aws', 'ops@example.com', '-auto-approve')
  expect(await calls()).toEqual([...toTheMachine, toTheEnd, ''])
  expect(await readFile(join(dir, 'infra/ansible/inventory.yml'), 'utf8')).toBe('parley: {}\n')
  expect(stdout).toContain('create: done')
})

test('the address of a managed database is there before the deploy, and is no argument of any program', async () => {
  await stand(`*'output -raw database_url') echo mysql://somewhere/parley ;;`)
  await create('aws', 'ops@example.com', '-auto-approve')
  expect(await calls()).toEqual([...toTheMachine, 'ssh told mysql://somewhere/parley', toTheEnd, ''])
})

test.each([
  ['aws apply', 'terraform -chdir=terraform/aws apply -auto-approve'],
  ['init.yml', 'ansible-playbook init.yml'],
])('what fails at %s ends it there', async (_, last) => {
  await stand(`'${last}') exit 4 ;;`)
  await expect(create('aws', 'ops@example.com', '-auto-approve')).rejects.toMatchObject({ code: 4 })
  expect((await calls()).at(-2)).toBe(last)
})

test.each([
  [['aws'], 'usage'],
  [['mars', 'ops@example.com'], 'there is no cloud mars'],
  [['aws', 'nobody'], 'is no address'],
  [['vultr', 'ops@example.com'], 'say what you want first'],
])('asked for %j it says what to do and calls nobody', async (args, says) => {
  await expect(create(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(says) })
  expect(await calls()).toEqual([])
})
