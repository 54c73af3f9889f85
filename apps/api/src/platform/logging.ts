import { once } from 'node:events'
import { access, constants, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import pino, { type DestinationStream, type LoggerOptions, type StreamEntry } from 'pino'
import openRollingFile from 'pino-roll'
import { repositoryDir } from '../config-layers.ts'
import type { Config } from '../config.ts'
import { requestContext } from './request-context.ts'
import { withoutValues } from './telemetry-sql.ts'

/** Names of fields whose values are never written, at any depth. */
const secretNames =
  /^(authorization|proxy-authorization|cookie|set-cookie|cookies|.*passw(or)?d.*|.*secret.*|.*token|.*key|otp|totp|code_?verifier|recoverycodes?)$/i
const redacted = '[redacted]'
const depthMax = 6
const failureEveryMs = 60_000

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const withoutSecretFields = (fields: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      secretNames.test(name) ? redacted : withoutSecrets(value, depth + 1),
    ]),
  )

/** The value without secrets. Instances of classes are left to their serializers. */
function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return depth < depthMax ? value.map((item) => withoutSecrets(item, depth + 1)) : redacted
  if (!isPlain(value)) return value
  return depth < depthMax ? withoutSecretFields(value, depth) : redacted
}

/** Errors of the database quote the statement and its values, of which only the statement is written. */
const isOfDatabase = (error: Error): boolean => 'sql' in error || 'sqlMessage' in error || 'query' in error

/** An error as it is written: its kind, message, code and stack, and the same of its causes. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return withoutSecrets(error, depth)
  const message = isOfDatabase(error) ? withoutValues(error.message) : error.message
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return {
    type: error.name,
    message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    stack: [`${error.name}: ${message}`, ...frames].join('\n'),
    ...(error.cause !== undefined && depth < depthMax && { cause: describeError(error.cause, depth + 1) }),
  }
}

/** What every line says of the request it belongs to. */
function contextOfLine(): object {
  const { requestId, route, actor } = requestContext()
  return {
    requestId,
    ...(route !== undefined && { route }),
    ...(actor && { userId: actor.userId, workspaceId: actor.workspaceId }),
  }
}

type LogSettings = Pick<Config, 'LOG_LEVEL' | 'LOG_DIR' | 'LOG_FILE_MB' | 'LOG_FILES'>

/** Opens the file, or stops the start: a server that cannot log is best corrected before anybody relies on it. */
async function openFile({ LOG_DIR, LOG_FILE_MB, LOG_FILES }: LogSettings): Promise<Writable> {
  const folder = resolve(repositoryDir, LOG_DIR)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (cause) {
    throw new Error(`LOG_DIR must be \`off\`, or a folder that can be written: ${folder} cannot`, { cause })
  }
  return openRollingFile({
    file: resolve(folder, 'api'),
    extension: '.log',
    size: `${LOG_FILE_MB}m`,
    limit: { count: LOG_FILES, removeOtherLogFiles: true },
    mkdir: true,
  })
}

/** Opens the log: JSON lines to stdout and, unless `LOG_DIR` is `off`, to files that are closed at a size and counted. */
export async function openLog(
  config: LogSettings,
  stdout: DestinationStream = pino.destination(1),
): Promise<{ logger: FastifyBaseLogger; close(): Promise<void> }> {
  const options: LoggerOptions = {
    level: config.LOG_LEVEL,
    mixin: contextOfLine,
    formatters: { log: (fields) => withoutSecretFields(fields, 0) },
    serializers: { err: describeError },
  }
  const file = config.LOG_DIR === 'off' ? undefined : await openFile(config)
  // A full disk costs the file, not the server: the lines still go to stdout, which says why once a minute.
  const stdoutAlone = pino(options, stdout)
  let saidAtMs = -failureEveryMs
  file?.on('error', (error) => {
    if (performance.now() - saidAtMs < failureEveryMs) return
    saidAtMs = performance.now()
    stdoutAlone.error({ err: error }, 'the log file cannot be written')
  })
  // The level is the logger's alone, so that it can change while the server runs.
  const streams: StreamEntry[] = [stdout, ...(file ? [file] : [])].map((stream) => ({ level: 'trace', stream }))
  const logger = pino(options, pino.multistream(streams))
  return {
    logger,
    async close() {
      if (!file) return
      const closed = once(file, 'close')
      file.end()
      // What the file does not take any more is on stdout.
      await closed.catch(() => file.destroy())
    },
  }
}
