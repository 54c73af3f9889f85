import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { overloaded } from '../../platform/http/errors.ts'
import { createLimiter } from '../../platform/limiter.ts'

/** argon2id, the library's default algorithm, at OWASP's second recommendation: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Two of libuv's four threads, so that a flood of logins leaves the others to files. */
const concurrency = 2

const queueMax = 100

/** The same password typed on another system may arrive composed otherwise. */
const normalized = (password: string) => password.normalize('NFKC')

/** Hashes and verifies passwords, a few at a time. */
export function createPasswords() {
  const limiter = createLimiter({ concurrency, queueMax, refuse: () => overloaded(2_000) })
  let nobodysHash: Promise<string> | undefined

  return {
    hash: (password: string) => limiter.run(() => hash(normalized(password), cost)),
    /** Takes as long for an account that does not exist (`null`) as for one that does. */
    async verify(storedHash: string | null, password: string): Promise<boolean> {
      nobodysHash ??= hash(randomBytes(16), cost)
      const expected = storedHash ?? (await nobodysHash)
      const matches = await limiter.run(() => verify(expected, normalized(password)))
      return matches && storedHash !== null
    },
  }
}

export type Passwords = ReturnType<typeof createPasswords>
