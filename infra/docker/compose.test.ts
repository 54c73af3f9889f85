import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { contextDir } from './build-context.ts'

const Service = Type.Object({
  image: Type.String(),
  build: Type.Optional(Type.Object({ dockerfile: Type.String() })),
  user: Type.String(),
  restart: Type.String(),
  init: Type.Boolean(),
  read_only: Type.Boolean(),
  cap_drop: Type.Array(Type.String()),
  cap_add: Type.Optional(Type.Array(Type.String())),
  security_opt: Type.Array(Type.String()),
  logging: Type.Object({ options: Type.Object({ 'max-size': Type.String(), 'max-file': Type.String() }) }),
  mem_limit: Type.String(),
  pids_limit: Type.Integer(),
  healthcheck: Type.Object({ test: Type.Optional(Type.Array(Type.String())), disable: Type.Optional(Type.Boolean()) }),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  secrets: Type.Optional(Type.Array(Type.String())),
  ports: Type.Optional(Type.Array(Type.String())),
  profiles: Type.Optional(Type.Array(Type.String())),
  network_mode: Type.Optional(Type.String()),
  networks: Type.Optional(Type.Unknown()),
  stop_grace_period: Type.Optional(Type.String()),
  volumes: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.String(),
        bind: Type.Optional(Type.Object({ create_host_path: Type.Boolean() })),
      }),
    ),
  ),
})
const Compose = Type.Object({
  name: Type.String(),
  services: Type.Record(Type.String(), Service),
  secrets: Type.Record(Type.String(), Type.Object({ file: Type.String() })),
  configs: Type.Record(Type.String(), Type.Object({ file: Type.String() })),
})

const compose = async (name: string) =>
  Value.Parse(Compose, parse(await readFile(join(import.meta.dirname, name), 'utf8'), { merge: true }))
const parley = await compose('compose.yml')
const observability = await compose('compose.observability.yml')
const services = Object.entries({ ...parley.services, ...observability.services })

describe.each(services)('the service %s', (name, service) => {
  test('runs as nobody, without privileges, on a file system it cannot write to', () => {
    expect(service).toMatchObject({ user: '10001:10001', read_only: true, init: true, cap_drop: ['ALL'] })
    expect(service.security_opt).toContain('no-new-privileges:true')
    expect(service.cap_add ?? []).toEqual(name === 'coturn' ? ['NET_BIND_SERVICE'] : [])
  })

  test('comes back after a reboot, within bounds of memory, processes and logs', () => {
    expect(service.restart).toBe(name === 'tools' ? 'no' : 'unless-stopped')
    expect(service.pids_limit).toBeGreaterThan(0)
    expect(service.mem_limit).toMatch(/^(\$\{\w+:-)?\d+[mg]\}?$/)
    expect(service.logging.options['max-size']).toMatch(/^\d+m$/)
  })

  test('says whether it is healthy, unless it is a command that ends', () => {
    const isAsked = service.healthcheck.test?.[0] === 'CMD'
    expect(isAsked).toBe(name !== 'tools')
  })

  test('is of a version that is named, or made here', () => {
    expect(service.image).toMatch(
      /^(\$\{PARLEY_(API|WEB)_IMAGE:-parley-(api|web):local\}|[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*)$/,
    )
  })

  test('has no secret in its environment, where commands and inspections show it', () => {
    const environment = Object.entries(service.environment ?? {})
    const secrets = environment.filter(([key]) => /PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL|REDIS_URL|SMTP_URL/.test(key))
    const asFiles = (service.secrets ?? []).map((secret) => `/run/secrets/${secret}`)
    expect(secrets.filter(([key, file]) => !key.endsWith('_FILE') || !asFiles.includes(file))).toEqual([])
  })

  test('does not start over a folder that is missing, as when a disk is not mounted', () => {
    const binds = (service.volumes ?? []).filter(({ type }) => type === 'bind')
    expect(binds.filter(({ bind }) => bind?.create_host_path !== false)).toEqual([])
  })
})

test('only the gateway and the relay for calls are open to the outside', () => {
  const open = services.filter(([, { ports = [], network_mode }]) => {
    return network_mode !== undefined || ports.some((port) => !port.startsWith('127.0.0.1:'))
  })
  expect(open.map(([name]) => name)).toEqual(['nginx', 'coturn'])
})

test('an API node has time to end, and the gateway knows it by the address it has', async () => {
  const upstreams = await readFile(join(import.meta.dirname, 'nginx/host/upstreams.conf'), 'utf8')
  for (const [name, address] of [
    ['api-1', '10.89.0.21'],
    ['api-2', '10.89.0.22'],
  ]) {
    expect(parley.services[name ?? '']).toMatchObject({
      stop_grace_period: '15s',
      networks: { parley: { ipv4_address: address } },
    })
    expect(upstreams).toContain(`server ${address}:8000 `)
  }
  expect(parley.services.web).toMatchObject({ networks: { parley: { ipv4_address: '10.89.0.11' } } })
  expect(upstreams).toContain('server 10.89.0.11:8080;')
  expect(parley.services['api-1']?.environment?.TRUSTED_PROXIES).toBe('10.89.0.10')
  expect(parley.services.nginx).toMatchObject({ networks: { parley: { ipv4_address: '10.89.0.10' } } })
})

test('each image is built by one service, as two builds at once of one name fail on each other', () => {
  const built = services.flatMap(([, { build, image }]) => (build ? [`${image} ${build.dockerfile}`] : []))
  expect(built).toEqual([
    '${PARLEY_API_IMAGE:-parley-api:local} infra/docker/api.Dockerfile',
    '${PARLEY_WEB_IMAGE:-parley-web:local} infra/docker/web.Dockerfile',
  ])
})

test('without the profile "database" there is none, and nothing waits for it', () => {
  expect(parley.services.mysql?.profiles).toEqual(['database'])
  expect(parley.services['api-1']).toMatchObject({ image: expect.any(String) })
})

test('every file that is mounted is there, and every secret is one that make-secrets.sh makes', async () => {
  const script = await readFile(join(import.meta.dirname, 'make-secrets.sh'), 'utf8')
  for (const { configs, secrets } of [parley, observability]) {
    const files = Object.values(configs).map(({ file }) => resolve(import.meta.dirname, file))
    expect(files.filter((file) => !existsSync(file))).toEqual([])
    for (const [name, { file }] of Object.entries(secrets)) {
      expect(file).toBe(`\${PARLEY_ETC:-/etc/parley}/secrets/${name}`)
      expect(script).toMatch(new RegExp(`[ \n]${name}(;| |\n)`))
    }
  }
})

test('every variable of the compose files is explained in parley.env.example, and nothing else is', async () => {
  const example = await readFile(join(import.meta.dirname, 'parley.env.example'), 'utf8')
  const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8')
  const both = (await read('compose.yml')) + (await read('compose.observability.yml'))
  const used = new Set([...both.matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
  const explained = [...example.matchAll(/^#?([A-Z]\w*)=/gm)].map(([, name = '']) => name)
  expect(explained).toEqual(expect.arrayContaining([...used]))
  const readme = await readFile(join(contextDir, 'README.md'), 'utf8')
  const unknown = explained.filter((name) => !used.has(name) && !readme.includes(`\`${name}\``))
  expect(unknown).toEqual(['COMPOSE_PROFILES'])
})
