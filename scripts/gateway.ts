import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from './free-port.ts'
import { findNginx, startNginx, type Nginx, type NginxServer } from './nginx.ts'
import { createAuthority, type SiteCertificate } from './tls.ts'

const configDir = resolve(import.meta.dirname, '../infra/nginx')

/** A node of the API as the gateway knows it: its origin, and whether it is sent nothing more. */
export type Upstream = string | { origin: string; isDown: boolean }

export type Gateway = Pick<NginxServer, 'reload' | 'log'> & {
  /** `https://localhost:port`. */
  origin: string
  /** Where HTTP is sent on to HTTPS. */
  httpOrigin: string
  /** PEM of the authority to trust. */
  certificateAuthority: string
  /** The same, for programs that want a file. */
  certificateAuthorityFile: string
  /** The certificate it started with. */
  certificate: SiteCertificate
  /** Where it looks for the answers to the challenges of ACME. */
  acmeDir: string
  /** Names the nodes anew and reloads. */
  setUpstreams: (api: Upstream[]) => Promise<void>
  /** A new certificate of the same authority, in its place from the next reload. */
  renewCertificate: () => Promise<SiteCertificate>
  /** Writes the two files of the certificate. */
  writeCertificate: (files: { certificate: string; key: string }) => Promise<void>
  /** Ends the server of the web app behind it. */
  endWeb: () => Promise<void>
  stop: () => Promise<void>
}

type GatewayOptions = {
  api: Upstream[]
  /** Folder of the built web app. */
  webDir: string
  /** Addresses that may administer, as `place/admin-allow.conf` has them; by default none. */
  adminAllow?: string
}

/** Starts the gateway and the server of the web app, of `infra/nginx`, on free ports of this machine. */
export async function startGateway({ api, webDir, adminAllow = '' }: GatewayOptions): Promise<Gateway> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-gateway-'))
  const ports = { http: await freePort(0), https: await freePort(0), web: await freePort(0) }
  const authority = await createAuthority()
  const certificate = await authority.issue()
  const certificateAuthorityFile = join(dir, 'authority.pem')
  const acmeDir = join(dir, 'acme')
  const write = (name: string, lines: string[]) => writeFile(join(dir, 'conf', name), `${lines.join('\n')}\n`)
  const writeUpstreams = (nodes: Upstream[]) =>
    write('place/upstreams.conf', upstreamLines(nodes, `127.0.0.1:${ports.web}`))
  const writeCertificate = async (files: { certificate: string; key: string }) => {
    await write('place/certificate.pem', [files.certificate])
    await write('place/key.pem', [files.key])
  }

  const nginx = await findNginx()
  await cp(configDir, join(dir, 'conf'), { recursive: true, filter: (file) => !/\.(ts|md)$/.test(file) })
  await mkdir(join(dir, 'conf/place'), { recursive: true })
  await mkdir(acmeDir)
  await writeFile(certificateAuthorityFile, authority.certificate)
  const files = { ...placeFiles(nginx, ports, webDir), 'place/admin-allow.conf': [adminAllow] }
  for (const [name, lines] of Object.entries(files)) await write(name, lines)
  await writeUpstreams(api)
  await writeCertificate(certificate)

  const web = await startNginx(nginx, dir, 'web')
  const gateway = await startNginx(nginx, dir, 'nginx')
  return {
    origin: `https://localhost:${ports.https}`,
    httpOrigin: `http://localhost:${ports.http}`,
    certificateAuthority: authority.certificate,
    certificateAuthorityFile,
    certificate,
    acmeDir,
    reload: gateway.reload,
    log: gateway.log,
    setUpstreams: async (nodes) => {
      await writeUpstreams(nodes)
      await gateway.reload()
    },
    renewCertificate: async () => {
      const renewed = await authority.issue()
      await writeCertificate(renewed)
      return renewed
    },
    writeCertificate,
    endWeb: () => web.end(),
    stop: async () => {
      await Promise.all([gateway.end(), web.end()])
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** What a place writes once, as `infra/nginx/README.md` has it. */
function placeFiles(nginx: Nginx, ports: { http: number; https: number; web: number }, webDir: string) {
  return {
    // Workers of a master that is root are somebody else, who could not read what is in this folder.
    'installation.conf': [...nginx.modules, ...(process.getuid?.() === 0 ? ['user root;'] : [])],
    'place/http.conf': [`listen 127.0.0.1:${ports.http};`],
    'place/https.conf': [
      ...nginx.http2(`listen 127.0.0.1:${ports.https} ssl`),
      'ssl_certificate place/certificate.pem;',
      'ssl_certificate_key place/key.pem;',
    ],
    'place/server-name.conf': ['server_name localhost;'],
    'place/web.conf': [`listen 127.0.0.1:${ports.web};`, `root ${webDir};`],
  }
}

function upstreamLines(nodes: Upstream[], web: string): string[] {
  const servers = nodes.map((node) => {
    const { origin, isDown } = typeof node === 'string' ? { origin: node, isDown: false } : node
    return `  server ${new URL(origin).host} max_fails=1 fail_timeout=2s${isDown ? ' down' : ''};`
  })
  return [
    ...['upstream api {', '  zone api 128k;', '  least_conn;', ...servers],
    ...['  keepalive 64;', '  keepalive_timeout 60s;', '}'],
    ...['upstream web {', `  server ${web};`, '  keepalive 16;', '}'],
  ]
}
