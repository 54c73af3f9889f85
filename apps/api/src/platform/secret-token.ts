import { createHash, randomBytes } from 'node:crypto'

/** 256 bits: nobody guesses a link or a cookie. */
const tokenBytes = 32

/** A secret to hand out, in characters that need no escaping in an address. */
export const newToken = (): string => randomBytes(tokenBytes).toString('base64url')

/** What is kept of a token, in hex: who reads the database learns no token. One round is enough for a random secret. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')
