import { randomBytes } from 'node:crypto'
import { startPrivateRedis, type PrivateRedis } from '../../../scripts/redis.ts'
import { startApi, type TestApi } from './harness.ts'

/** Two nodes of one installation. */
export interface TestNodes {
  a: TestApi
  b: TestApi
  redisUrl: string
  /** Absent where `REDIS_URL` names somebody else's, which is not ours to kill. */
  redis: PrivateRedis | undefined
  close(): Promise<void>
}

/** Starts two servers on one database and one Redis: the one `REDIS_URL` names, or a private one. */
export async function startNodes(settings: Record<string, string> = {}): Promise<TestNodes> {
  const redis = process.env.REDIS_URL ? undefined : await startPrivateRedis()
  const redisUrl = redis?.url ?? process.env.REDIS_URL ?? ''
  const secrets = { JWT_SECRET: randomBytes(32).toString('hex'), ENCRYPTION_KEY: randomBytes(32).toString('hex') }
  const shared = { REDIS_URL: redisUrl, ...secrets, ...settings }
  const a = await startApi(shared)
  const b = await startApi({ ...shared, DATABASE_URL: a.databaseUrl })
  return {
    a,
    b,
    redisUrl,
    redis,
    async close() {
      await b.close()
      await a.close()
      await redis?.stop()
    },
  }
}
