import { readFileSync } from 'node:fs'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import Value from 'typebox/value'

/** Every setting of the API. Each secret may also be given as `<NAME>_FILE`, the path of a file that holds it. */
const Environment = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8_000, description: 'Port to listen on.' }),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
  DATABASE_URL: Type.String({ pattern: '^(mysql|mariadb)://', description: 'MySQL 8.4 or MariaDB 10.11 and newer.' }),
  JWT_SECRET: Type.String({ minLength: 32, description: 'Key that signs access tokens, at least 32 characters.' }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^rediss?://',
      description: 'Redis 6.2 or newer, or Valkey; joins several nodes. Without it there is one node, in memory.',
    }),
  ),
  DATA_DIR: Type.String({ default: '.data', description: 'Folder for files while they are kept on disk.' }),
  WEB_DIR: Type.Optional(Type.String({ description: 'Folder of the built web app, to be served by the API itself.' })),
  WEB_ORIGINS: Type.String({ default: '', description: 'Origins of web apps on other hosts, separated by commas.' }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'Addresses whose X-Forwarded-For is believed, separated by commas; none by default.',
  }),
  COOKIE_SECURE: Type.Boolean({
    default: false,
    description: 'Send cookies over HTTPS only; set it wherever there is TLS.',
  }),
  DOCS: Type.Boolean({
    default: false,
    description: 'Serve the API reference at /docs and metrics at /metrics to anybody.',
  }),
  LOG_LEVEL: Type.Union(
    (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).map((level) => Type.Literal(level)),
    { default: 'info', description: 'How much to log.' },
  ),
  COMMANDS_PER_SECOND: Type.Integer({
    minimum: 1,
    default: 50,
    description: 'Realtime commands one socket may send a second, with a burst of twice as many.',
  }),
  SIGN_IN_ATTEMPTS: Type.Integer({
    minimum: 1,
    default: 10,
    description: 'Wrong passwords before an account, and ten times as many before an address, is slowed down.',
  }),
  UPLOAD_BYTES_MAX: Type.Integer({ minimum: 1, default: 100 * 1024 * 1024, description: 'Largest upload in bytes.' }),
  S3_BUCKET: Type.Optional(Type.String({ description: 'Keep files in this S3 bucket instead of on disk.' })),
  S3_ENDPOINT: Type.Optional(Type.String({ description: 'Address of an S3-compatible service.' })),
  S3_REGION: Type.String({ default: 'us-east-1', description: 'Region of the bucket.' }),
  S3_ACCESS_KEY_ID: Type.Optional(Type.String({ description: 'Key id for the bucket.' })),
  S3_SECRET_ACCESS_KEY: Type.Optional(Type.String({ description: 'Secret key for the bucket.' })),
})

export type Config = Static<typeof Environment>

const compiled = Compile(Environment)
const secrets = ['DATABASE_URL', 'JWT_SECRET', 'REDIS_URL', 'S3_SECRET_ACCESS_KEY'] as const

function withSecretFiles(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const merged = { ...environment }
  for (const name of secrets) {
    const path = environment[`${name}_FILE`]
    if (path) merged[name] = readFileSync(path, 'utf8').trim()
  }
  return merged
}

/** Reads the settings, or throws one error that names every bad one and what is allowed. */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const given = withSecretFiles(environment)
  const known = Object.fromEntries(
    Object.keys(Environment.properties).flatMap((key) => (given[key] ? [[key, given[key]]] : [])),
  )
  const candidate: unknown = Value.Default(Environment, Value.Convert(Environment, known))
  if (compiled.Check(candidate)) return candidate
  const problems = compiled.Errors(candidate).map(({ instancePath, message }) => `${instancePath.slice(1)} ${message}`)
  throw new Error(`The settings are not valid:\n  ${problems.join('\n  ')}`)
}
