import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps secrets in the database such that a copy of the database alone does not tell them. */
export interface Encryption {
  /** Encrypts; `context` says whose it is, and what was copied into another's row does not open. */
  seal(plain: string, context: string): string
  /** Decrypts, or throws if it was tampered with, belongs elsewhere or was encrypted with another key. */
  open(sealed: string, context: string): string
}

/** Stands before everything encrypted, so that a second way of encrypting can be told from the first. */
const version = 'v1'

const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM with a key derived from the installation's secret. */
export function createEncryption(secret: string): Encryption {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'parley encryption v1', 32))

  return {
    seal(plain, context) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(context))
      const body = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${version}.${body.toString('base64url')}`
    },
    open(sealed, context) {
      const [madeBy, encoded = ''] = sealed.split('.')
      if (madeBy !== version) throw new Error('This was encrypted in a way that is not known.')
      const body = Buffer.from(encoded, 'base64url')
      if (body.length < ivBytes + tagBytes) throw new Error('What was encrypted is cut short.')
      const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, ivBytes), { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(context)).setAuthTag(body.subarray(-tagBytes))
      return decipher.update(body.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}
