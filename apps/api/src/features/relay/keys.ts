import { createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'

/** Stands before every key, so that scanners of leaked secrets, and people, know what it opens. */
const prefix = 'pk-'

/** 256 bits in 43 characters. */
const secretBytes = 32

/** What of a key is kept in the open, to be recognised in a list. */
const shownLength = prefix.length + 6

/** Makes and recognises the keys of tokens. */
export interface TokenKeys {
  /** A new key; it is shown once and only its hash is kept. */
  create(): { key: string; hash: string; shown: string }
  /** What is kept of a key: a keyed hash, so that who reads the database can neither use nor check a guess of one. */
  hash(key: string): string
}

/** Keys of tokens, hashed under a key derived from the installation's secret. */
export function createTokenKeys(secret: string): TokenKeys {
  // Every call is hashed: a key object is prepared once, bytes each time.
  const hashKey = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'parley relay token keys v1', 32)))
  const hash = (key: string): string => createHmac('sha256', hashKey).update(key).digest('hex')
  return {
    hash,
    create() {
      const key = `${prefix}${randomBytes(secretBytes).toString('base64url')}`
      return { key, hash: hash(key), shown: key.slice(0, shownLength) }
    },
  }
}
