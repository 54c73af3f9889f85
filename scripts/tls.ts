import { X509Certificate, createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { findProgram } from './debian-packages.ts'

const run = promisify(execFile)

export type SiteCertificate = {
  /** PEM. */
  certificate: string
  /** PEM. */
  key: string
  /** The hash of its key, by which Chromium is told to trust it. */
  spkiHash: string
}

export type CertificateAuthority = {
  /** PEM. */
  certificate: string
  /** A new certificate with a new key. */
  issue: (names?: string[]) => Promise<SiteCertificate>
}

const settings = `[req]
distinguished_name = name
prompt = no
[name]
CN = Parley test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[site]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = `

/** Makes an authority nobody else trusts, for certificates of tests; its key is not kept. */
export async function createAuthority(): Promise<CertificateAuthority> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '7']
  const own = await request([...key, '-extensions', 'authority'], 'DNS:authority')
  return {
    certificate: own.certificate,
    issue: async (names = ['localhost']) => {
      const alternatives = names.map((name) => `DNS:${name}`).join(', ')
      const given = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-extensions', 'site']
      const site = await request([...key, ...given], alternatives, own)
      const { publicKey } = new X509Certificate(site.certificate)
      const spki = publicKey.export({ type: 'spki', format: 'der' })
      return { ...site, spkiHash: createHash('sha256').update(spki).digest('base64') }
    },
  }
}

/** Makes the Node this runs in trust an authority, beside those it trusts already. */
export function trustAuthority(certificate: string): void {
  setDefaultCACertificates([...getCACertificates('default'), certificate])
}

type KeyPair = { certificate: string; key: string }

async function request(args: string[], alternatives: string, authority?: KeyPair): Promise<KeyPair> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-tls-'))
  try {
    await writeFile(join(dir, 'openssl.cnf'), `${settings}${alternatives}\n`)
    if (authority) {
      await writeFile(join(dir, 'ca.pem'), authority.certificate)
      await writeFile(join(dir, 'ca-key.pem'), authority.key, { mode: 0o600 })
    }
    const { file, env } = await findProgram('openssl')
    const files = ['-config', 'openssl.cnf', '-keyout', 'key.pem', '-out', 'certificate.pem']
    await run(file, ['req', '-x509', ...files, ...args], { cwd: dir, env })
    const [certificate, key] = await Promise.all(
      ['certificate.pem', 'key.pem'].map((name) => readFile(join(dir, name), 'utf8')),
    )
    if (certificate === undefined || key === undefined) throw new Error('openssl made no certificate')
    return { certificate, key }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
