import { IsOptional, Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import Value from 'typebox/value'
import { describeAllowed, readLayers, settingValue } from './config-layers.ts'

/** How often something may be asked for; all of a minute at once at most. */
const rate = (perMinute: number, what: string) =>
  Type.Integer({ minimum: 1, maximum: 1_000_000, default: perMinute, reloadable: true, description: `${what}.` })

/*
 * Every setting of the API: the one place that says its name, what is allowed and what it does. `secret` marks what is
 * never shown and may be given as `<NAME>_FILE`; `reloadable` what a running server takes up on SIGHUP, which asks its
 * consumers to read it at the time of use or to listen to `Settings.onChange`.
 */
const Environment = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8_000, description: 'Port to listen on.' }),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
  DATABASE_URL: Type.String({
    pattern: '^(mysql|mariadb)://',
    secret: true,
    description: 'MySQL 8.4 or MariaDB 10.11 and newer.',
  }),
  DATABASE_REPLICA_URLS: Type.String({
    default: '',
    pattern: '^((mysql|mariadb)://[^,]+(,\\s*(mysql|mariadb)://[^,]+)*)?$',
    secret: true,
    description: 'Servers that replicate DATABASE_URL, separated by commas; they serve what may be a moment old.',
  }),
  JWT_SECRET: Type.String({
    minLength: 32,
    secret: true,
    description: 'Key that signs access tokens, at least 32 characters.',
  }),
  JWT_SECRET_PREVIOUS: Type.Optional(
    Type.String({
      minLength: 32,
      secret: true,
      description: 'The key before: what it signed still opens. Give it for a day after changing JWT_SECRET.',
    }),
  ),
  ENCRYPTION_KEY: Type.String({
    minLength: 32,
    secret: true,
    description: 'Key that encrypts secrets kept in the database, at least 32 characters.',
  }),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: '^rediss?://',
      secret: true,
      description: 'Redis 6.2 or newer, or Valkey; joins several nodes. Without it there is one node, in memory.',
    }),
  ),
  DATA_DIR: Type.String({ default: '.data', description: 'Folder for files while they are kept on disk.' }),
  WEB_DIR: Type.Optional(Type.String({ description: 'Folder of the built web app, to be served by the API itself.' })),
  WEB_ORIGINS: Type.String({
    default: '',
    // As browsers send them: a slash at the end or a capital would never match.
    pattern: '^(https?://[a-z0-9.:-]+(,\\s*https?://[a-z0-9.:-]+)*)?$',
    description: 'Origins of web apps on other hosts, such as https://chat.example.com, separated by commas.',
  }),
  PUBLIC_URL: Type.String({
    pattern: '^https?://',
    default: 'http://localhost:8000',
    description: 'Address of the web app, as people open it; links in mail begin with it.',
  }),
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://',
      secret: true,
      description:
        'Mail server, `smtp://user:password@host:587`; without it no mail is sent and administrators see links.',
    }),
  ),
  MAIL_FROM: Type.String({
    minLength: 3,
    default: 'Parley <parley@localhost>',
    description: 'Sender of the mail.',
  }),
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
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    reloadable: true,
    description: 'How much to log.',
  }),
  LOG_DIR: Type.String({
    default: 'storage/logs',
    description: 'Folder of the log files, from the folder of the repository; `off` logs to stdout alone.',
  }),
  LOG_FILE_MB: Type.Integer({ minimum: 1, default: 50, description: 'Size in MB at which a log file is closed.' }),
  LOG_FILES: Type.Integer({ minimum: 1, default: 10, description: 'Closed log files that are kept.' }),
  SLOW_REQUEST_MS: Type.Integer({
    minimum: 1,
    default: 1_000,
    reloadable: true,
    description: 'Requests and commands that take longer are logged as a warning.',
  }),
  SLOW_QUERY_MS: Type.Integer({
    minimum: 1,
    default: 250,
    reloadable: true,
    description: 'Database statements that take longer are logged as a warning, without their values.',
  }),
  METRICS_TOKEN: Type.Optional(
    Type.String({
      minLength: 16,
      secret: true,
      reloadable: true,
      description: 'Bearer token that opens /metrics from other machines, at least 16 characters.',
    }),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'Address of an OpenTelemetry collector (OTLP over HTTP); traces are off without it.',
    }),
  ),
  RATE_AUTH: rate(30, 'Sign-ins, registrations and the like a minute'),
  RATE_READ: rate(1_200, 'Requests that read, a minute and person'),
  RATE_WRITE: rate(600, 'Requests that write, a minute and person'),
  RATE_SEARCH: rate(300, 'Searches a minute and person'),
  RATE_FILE: rate(6_000, 'Files and pictures fetched a minute and person'),
  RATE_UPLOAD: rate(120, 'Uploads a minute and person'),
  RATE_REPORT: rate(10, 'Reports to the moderators a minute and person'),
  RATE_CONNECT: rate(60, 'Sockets opened a minute'),
  RATE_COMMAND: rate(6_000, 'Realtime commands a minute and person'),
  RATE_ADDRESS_FACTOR: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 20,
    reloadable: true,
    description: 'How many times each rate one address may use, since it may be a whole office.',
  }),
  ADMIN_KEY: Type.Optional(
    Type.String({
      minLength: 16,
      secret: true,
      description: 'Key with which programs administer the relay of the first workspace, at least 16 characters.',
    }),
  ),
  RELAY_UPSTREAM_HOSTS: Type.String({
    default: 'api.openai.com, api.anthropic.com, generativelanguage.googleapis.com, *.openai.azure.com',
    reloadable: true,
    description:
      'Hosts the relay may call, separated by commas: names, `*.` for all below one, or `*` for any public one. Private addresses only by their own name or address.',
  }),
  REGISTRATION_OPEN: Type.Boolean({
    default: true,
    reloadable: true,
    description: 'Whether anybody may make an account, or only who is invited. The first account may always be made.',
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
  S3_SECRET_ACCESS_KEY: Type.Optional(Type.String({ secret: true, description: 'Secret key for the bucket.' })),
})

export type Config = Static<typeof Environment>

/** The rates, by what is limited. */
export const rateLimitsOf = (config: Config) => ({
  auth: config.RATE_AUTH,
  read: config.RATE_READ,
  write: config.RATE_WRITE,
  search: config.RATE_SEARCH,
  file: config.RATE_FILE,
  upload: config.RATE_UPLOAD,
  report: config.RATE_REPORT,
  connect: config.RATE_CONNECT,
  command: config.RATE_COMMAND,
  addressFactor: config.RATE_ADDRESS_FACTOR,
})

/** Marks of the schema, by setting. */
const namesMarked = (mark: 'secret' | 'reloadable'): string[] =>
  Object.entries(Environment.properties).flatMap(([name, schema]) => (Reflect.get(schema, mark) === true ? [name] : []))

export const settingNames = Object.keys(Environment.properties)

/** What a running server takes up on SIGHUP. */
export const reloadableSettings: ReadonlySet<string> = new Set(namesMarked('reloadable'))

const compiled = Compile(Environment)
const settings = Object.entries(Environment.properties).map(([name, schema]) => ({
  name,
  schema,
  check: Compile(schema),
  isOptional: IsOptional(schema),
}))
const secrets = new Set(namesMarked('secret'))

/**
 * Reads the settings: the file that `CONFIG_FILE` names, over it the environment. Throws one error that names every bad
 * setting, where it came from and what is allowed, and never its value.
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const { given, problems } = readLayers(environment, { names: settingNames, secrets })
  const candidate: Record<string, unknown> = {}
  for (const { name, schema, check, isOptional } of settings) {
    const found = given.get(name)
    const value = found ? settingValue(schema, found.value) : Value.Default(schema, undefined)
    if (value === undefined && isOptional) continue
    if (check.Check(value)) candidate[name] = value
    else if (found) problems.push(`${name} (${found.from}) must be ${describeAllowed(schema)}`)
    else if (!problems.some((problem) => problem.startsWith(`${name} `)))
      problems.push(`${name} is not set; it must be ${describeAllowed(schema)}`)
  }
  if (problems.length === 0 && compiled.Check(candidate)) return candidate
  throw new Error(`The settings are not valid:\n  ${problems.join('\n  ')}`)
}
