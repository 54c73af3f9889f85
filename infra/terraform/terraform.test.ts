import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { asBody, asList, type Configuration, readConfiguration } from './configuration.ts'
import { dataSources, metaArguments, resources } from './providers.ts'

const here = import.meta.dirname
const infra = join(here, '..')
const clouds = ['aws', 'vultr']
const modules = ['modules/plan', 'modules/inventory']

const configurations = new Map<string, Configuration>()
for (const folder of [...clouds, ...modules]) configurations.set(folder, await readConfiguration(join(here, folder)))

function configuration(folder: string): Configuration {
  const found = configurations.get(folder)
  if (!found) throw new Error(`no configuration in ${folder}`)
  return found
}

const environment = { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null', TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' }
const installed = spawnSync('terraform', ['version'], { env: environment }).status === 0
if (!installed) {
  process.stderr.write('No terraform here: formatting, the modules’ own tests and the inventory go untested.\n')
}

let scratch = ''
beforeAll(async () => void (scratch = await mkdtemp(join(tmpdir(), 'parley-terraform-'))))
afterAll(() => rm(scratch, { recursive: true, force: true }))

async function terraform(folder: string, ...args: string[]): Promise<string> {
  const env = { ...environment, TF_DATA_DIR: join(scratch, folder) }
  const { stdout } = await promisify(execFile)('terraform', [`-chdir=${join(here, folder)}`, ...args], { env })
  return stdout
}

/** What an output of a module without providers is for these variables. */
async function outputOf(folder: string, name: string, variables: Record<string, unknown>): Promise<string> {
  const state = `-state=${join(scratch, 'state')}`
  const given = Object.entries(variables).map(([key, value]) => {
    return `-var=${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`
  })
  await terraform(folder, 'apply', '-auto-approve', '-input=false', '-no-color', state, ...given)
  return terraform(folder, 'output', '-raw', '-no-color', state, name)
}

describe.skipIf(!installed)('with terraform', () => {
  test('every file is formatted as terraform fmt does it', async () => {
    expect(await terraform('.', 'fmt', '-check', '-recursive', '-list=true')).toBe('')
  })

  test.each(modules)('%s passes its own tests', async (folder) => {
    expect(await terraform(folder, 'test', '-no-color')).toMatch(/Success! \d+ passed, 0 failed/)
  })

  test('the inventory is what the playbooks read', async () => {
    const text = await outputOf('modules/inventory', 'inventory', {
      name: 'parley-production',
      address: '203.0.113.10',
      admin_user: 'parley',
      ssh_public_keys: ['ssh-ed25519 AAAAexample somebody@example.com'],
      domain: 'chat.example.com',
      data_device: '/dev/disk/by-id/virtio-example',
      managed_database: true,
      settings: { PARLEY_TURN_EXTERNAL_IP: '203.0.113.10/10.90.0.7' },
    })
    const host = asBody(asBody(asBody(asBody(parse(text)).parley).hosts)['parley-production'])
    expect(host).toMatchObject({
      ansible_host: '203.0.113.10',
      ansible_user: 'parley',
      parley_database_managed: true,
      parley_root_login: 'no',
    })
    const settable = asBody(parse(await readFile(join(infra, 'ansible/group_vars/parley.yml'), 'utf8')))
    const exampleHosts = asBody(parse(await readFile(join(infra, 'ansible/inventory.example.yml'), 'utf8'))).parley
    const example = asBody(Object.values(asBody(asBody(exampleHosts).hosts))[0])
    const known = new Set([...Object.keys(settable), ...Object.keys(example)])
    expect(Object.keys(host).filter((name) => !known.has(name))).toEqual([])
    const settings = await readFile(join(infra, 'docker/parley.env.example'), 'utf8')
    for (const name of Object.keys(asBody(host.parley_settings))) expect(settings).toContain(`${name}=`)
  })

  test('cloud-init is YAML that opens no door to a password', async () => {
    const text = await outputOf('modules/plan', 'cloud_init', {
      cloud: 'aws',
      environment: 'production',
      domain: 'chat.example.com',
      dns_zone: 'example.com',
      size: 'small',
      volume_size_gb: 50,
      ssh_public_keys: ['ssh-ed25519 AAAAexample "quotes": and # more'],
      admin_cidrs: ['203.0.113.7/32'],
      allow_ssh_from_anywhere: false,
    })
    expect(text.split('\n')[0]).toBe('#cloud-config')
    expect(parse(text)).toMatchObject({
      ssh_pwauth: false,
      disable_root: true,
      users: [
        { name: 'parley', lock_passwd: true, ssh_authorized_keys: ['ssh-ed25519 AAAAexample "quotes": and # more'] },
      ],
    })
  })
})

describe.each([...clouds, ...modules])('%s', (folder) => {
  const { variables, outputs, modules: called, locals, things, providers, references } = configuration(folder)

  test('every variable and output says what it is, and every variable its type', () => {
    for (const [name, body] of [...variables, ...outputs]) {
      expect(body.description, `description of ${name}`).toMatch(/\.$/)
    }
    for (const [name, body] of variables) expect(body.type, `type of ${name}`).toBeDefined()
  })

  test('every expression names something that exists', () => {
    const exists = ([first = '', second = '', third]: string[]): boolean => {
      if (['each', 'count', 'path'].includes(first)) return true
      if (first === 'var') return variables.has(second)
      if (first === 'local') return locals.has(second)
      if (first === 'module')
        return called.has(second) && third !== undefined && moduleOf(folder, second).outputs.has(third)
      const address = first === 'data' ? `data.${second}.${third}` : `${first}.${second}`
      return things.some((thing) => thing.address === address)
    }
    expect(references.length).toBeGreaterThan(0)
    expect(references.filter(({ path }) => !exists(path))).toEqual([])
  })

  test('resources are given the arguments they need, and none their provider does not know', () => {
    for (const { address, kind, type, body } of things) {
      const documented = (kind === 'data' ? dataSources : resources)[type]
      if (!documented) throw new Error(`${address}: write what the documentation says of ${type} into providers.ts`)
      const { required, optional = [], blocks = {} } = documented
      const known = [...required, ...optional, ...Object.keys(blocks), ...metaArguments]
      expect(
        Object.keys(body).filter((name) => !known.includes(name)),
        `unknown in ${address}`,
      ).toEqual([])
      expect(
        required.filter((name) => !(name in body)),
        `missing in ${address}`,
      ).toEqual([])
      for (const [block, allowed] of Object.entries(blocks)) {
        const given = asList(body[block]).flatMap((each) => Object.keys(asBody(each)))
        expect(
          given.filter((name) => !allowed.includes(name)),
          `unknown in ${block} of ${address}`,
        ).toEqual([])
      }
    }
  })

  test('only attributes are read that the provider gives', () => {
    for (const { place, path } of references) {
      const [kind, type = ''] = path[0] === 'data' ? ['data', path[1]] : ['resource', path[0]]
      const documented = (kind === 'data' ? dataSources : resources)[type]
      const attribute = path.slice(kind === 'data' ? 3 : 2).find((part) => !/^(\d+|\*)$/.test(part))
      if (!documented || !attribute) continue
      const { required, optional = [], attributes = [] } = documented
      expect([...required, ...optional, ...attributes], `read in ${place}`).toContain(attribute)
    }
  })

  test('modules are given every variable they need, and no other', () => {
    for (const [name, body] of called) {
      const wanted = moduleOf(folder, name).variables
      const given = Object.keys(body).filter((key) => key !== 'source')
      expect(
        given.filter((key) => !wanted.has(key)),
        `unknown in module ${name}`,
      ).toEqual([])
      const needed = [...wanted].filter(([, variable]) => !('default' in variable)).map(([key]) => key)
      expect(
        needed.filter((key) => !given.includes(key)),
        `missing in module ${name}`,
      ).toEqual([])
    }
  })

  test('every provider is named and held to its major version', () => {
    const used = new Set(things.map(({ type }) => type.split('_')[0] ?? ''))
    expect([...used].filter((name) => !providers.has(name))).toEqual([])
    for (const [name, body] of providers) expect(body.version, `version of ${name}`).toMatch(/^~> \d+\.\d+$/)
  })
})

describe.each(clouds)('%s keeps safe', (cloud) => {
  const { variables, modules: called, outputs, things } = configuration(cloud)
  const bodies = (type: string) => things.filter((thing) => thing.type === type).map(({ body }) => body)

  test('what it is told is checked, here or by the plan', () => {
    const checkedByPlan = [...configuration('modules/plan').variables].filter(([, body]) => 'validation' in body)
    for (const [name, body] of variables) {
      if (body.type === '${bool}') continue
      const handedOver = called.get('plan')?.[name] === `\${var.${name}}` && checkedByPlan.some(([key]) => key === name)
      expect('validation' in body || handedOver, `${name} is checked`).toBe(true)
    }
  })

  test('SSH is open to nobody who was not named', () => {
    expect(variables.get('admin_cidrs')).not.toHaveProperty('default')
    expect(variables.get('allow_ssh_from_anywhere')).toHaveProperty('default', false)
  })

  test('the data volume and the database outlive a mistake', () => {
    const kept = ['aws_ebs_volume', 'aws_db_instance', 'vultr_block_storage', 'vultr_database', 'vultr_database_db']
    const found = kept.flatMap(bodies)
    expect(found.length).toBeGreaterThan(1)
    for (const body of found) expect(asList(body.lifecycle)).toContainEqual({ prevent_destroy: true })
  })

  test('the database’s URL is shown to nobody by accident', () => {
    expect(outputs.get('database_url')).toHaveProperty('sensitive', true)
  })

  test('the example answers every question that has no default, and no other', async () => {
    const example = await readFile(join(here, cloud, 'terraform.tfvars.example'), 'utf8')
    const answered = [...example.matchAll(/^(\w+)\s*=/gm)].map(([, name]) => name ?? '')
    const asked = [...variables].filter(([, body]) => !('default' in body)).map(([name]) => name)
    expect(asked.filter((name) => !answered.includes(name))).toEqual([])
    expect(answered.filter((name) => !variables.has(name))).toEqual([])
  })
})

test('both clouds ask the same questions, with the same answers by default', () => {
  const [aws, vultr] = clouds.map((cloud) => configuration(cloud).variables)
  const shared = [...(aws ?? [])].filter(([name]) => vultr?.has(name) && name !== 'region')
  expect(shared.length).toBeGreaterThan(8)
  for (const [name, body] of shared) {
    expect({ type: vultr?.get(name)?.type, default: vultr?.get(name)?.default }, `variable ${name}`).toEqual({
      type: body.type,
      default: body.default,
    })
  }
})

test('at AWS every disk is encrypted, the database is not public, and metadata wants a token', () => {
  const { things } = configuration('aws')
  const body = (type: string) => asBody(things.find((thing) => thing.type === type)?.body)
  expect(body('aws_ebs_volume').encrypted).toBe(true)
  expect(asList(body('aws_instance').root_block_device)).toMatchObject([{ encrypted: true }])
  expect(asList(body('aws_instance').metadata_options)).toMatchObject([{ http_tokens: 'required' }])
  expect(body('aws_db_instance')).toMatchObject({
    storage_encrypted: true,
    publicly_accessible: false,
    deletion_protection: true,
    skip_final_snapshot: false,
  })
  expect(body('aws_db_instance').backup_retention_period).toBeGreaterThanOrEqual(7)
})

test('the cloud lets in what the TURN server relays on', async () => {
  const settings = await readFile(join(infra, 'docker/turnserver.conf'), 'utf8')
  const setting = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(settings)?.[1])
  const services = asList(configuration('modules/plan').locals.get('services')).map(asBody)
  const ports = (name: string) =>
    services.filter((service) => service.name === name).map(({ from_port, to_port }) => [from_port, to_port])
  expect(ports('turn')).toEqual([
    [setting('listening-port'), setting('listening-port')],
    [setting('listening-port'), setting('listening-port')],
  ])
  expect(ports('turn-relay')).toEqual([[setting('min-port'), setting('max-port')]])
})

/** The module of this repository that a folder calls by this name. */
function moduleOf(folder: string, name: string): Configuration {
  const source = configuration(folder).modules.get(name)?.source
  if (typeof source !== 'string') throw new Error(`module ${name} has no source`)
  return configuration(join(folder, source))
}
