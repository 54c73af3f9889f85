import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority, type CertificateAuthority, type SiteCertificate } from '../../scripts/tls.ts'
import { playbooks } from './test/playbook.ts'

const run = promisify(execFile)
const timeoutMs = 240_000
const domain = 'parley.test'

let dir: string
let authority: CertificateAuthority
let good: SiteCertificate
let ansible: Awaited<ReturnType<typeof playbooks>>

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-tls-'))
  authority = await createAuthority()
  good = await authority.issue([domain])
  const files = { parley_tls_certificate: join(dir, 'certificate.pem'), parley_tls_key: join(dir, 'key.pem') }
  ansible = await playbooks(dir, { parley_tls_source: 'files', ...files })
}, timeoutMs)

afterAll(() => rm(dir, { recursive: true, force: true }))

const installed = (name: string) => readFile(join(dir, 'settings/tls', name), 'utf8')

async function write({ certificate, key }: SiteCertificate) {
  await writeFile(join(dir, 'certificate.pem'), certificate)
  await writeFile(join(dir, 'key.pem'), key)
}

/** Valid until a moment ago. */
async function expired(): Promise<SiteCertificate> {
  const files = { key: join(dir, 'expired-key.pem'), request: join(dir, 'expired.csr'), out: join(dir, 'expired.pem') }
  const name = ['-subj', `/CN=${domain}`]
  await run('openssl', ['req', '-newkey', 'rsa:2048', '-nodes', ...name, '-keyout', files.key, '-out', files.request])
  await run('openssl', ['x509', '-req', '-days', '-1', '-in', files.request, '-signkey', files.key, '-out', files.out])
  const [certificate, key] = await Promise.all([readFile(files.out, 'utf8'), readFile(files.key, 'utf8')])
  return { ...good, certificate, key }
}

/** As the playbook and the renewal run it, with a gateway that takes everything, or nothing. */
async function install(gateway = 'true') {
  const files = [join(dir, 'certificate.pem'), join(dir, 'key.pem'), join(dir, 'settings/tls')]
  return ansible.program('parley-install-certificate', [domain, ...files, gateway])
}

test(
  'a good certificate takes the place of the one nobody trusts, and a second time nothing changes',
  { timeout: timeoutMs },
  async () => {
    await write(good)
    const first = await ansible.play('tls')
    expect(first.output).toMatch(/changed=[1-9].*failed=0/)
    expect(await installed('certificate.pem')).toBe(good.certificate)
    expect(await installed('key.pem')).toBe(good.key)
    expect((await install()).output).toContain('is in place, valid until')
  },
)

test.each([
  [
    'of another key',
    'the key belongs to another certificate',
    async () => ({ ...good, key: (await authority.issue()).key }),
  ],
  ['of another domain', 'not for parley.test but for', () => authority.issue(['elsewhere.test'])],
  ['that expired', 'the certificate expired on', () => expired()],
  ['that is none', 'is not a certificate in PEM', () => Promise.resolve({ ...good, certificate: 'hello' })],
])('a certificate %s is refused, and the one in use stays', { timeout: timeoutMs }, async (_, reason, make) => {
  await write(await make())
  const { ok, output } = await install()
  expect(ok).toBe(false)
  expect(output).toContain(reason)
  expect(output).toContain('the certificate in use stays')
  expect(await installed('certificate.pem')).toBe(good.certificate)
  expect(await installed('key.pem')).toBe(good.key)
})

test('a certificate the gateway does not take is taken back', { timeout: timeoutMs }, async () => {
  await write(await authority.issue([domain]))
  const gateway = join(dir, 'gateway')
  await writeFile(gateway, '#!/bin/sh\necho nginx: no such cipher >&2\nexit 1\n')
  await chmod(gateway, 0o755)
  const { ok, output } = await install(gateway)
  expect(ok).toBe(false)
  expect(output).toContain('the gateway does not take it: nginx: no such cipher')
  expect(await installed('certificate.pem')).toBe(good.certificate)
  expect(await installed('key.pem')).toBe(good.key)
})

test(
  'through the playbook a refusal is the failure of the play, and nothing of what was given is left',
  { timeout: timeoutMs },
  async () => {
    await write(await authority.issue(['elsewhere.test']))
    const { ok, output } = await ansible.play('tls')
    expect(ok).toBe(false)
    expect(output).toContain('the certificate is not for parley.test')
    expect(await installed('certificate.pem')).toBe(good.certificate)
    expect((await readdir(dir)).filter((name) => name.endsWith('.certificate'))).toEqual([])
  },
)
