// Refresh tokens: opaque, good for one use, and all of one session recognisable as a family. Knows no tables.
import { createHmac, randomBytes } from 'node:crypto'
import { hashText } from './opaque-tokens.ts'
import type { TokenKey } from './tokens.ts'

/** A token as text, and the two hashes that are kept: of what all tokens of its session share, and of the whole. */
export type RefreshToken = Readonly<{ token: string; familyHash: string; tokenHash: string }>

const prefix = 'mlr_'
const familyBytes = 18
const secretBytes = 32
const familyEnd = prefix.length + 24
const pattern = /^mlr_[\w-]{67}$/

/** Draws the first token of a session. */
export function createRefreshToken(): RefreshToken {
  const family = randomBytes(familyBytes).toString('base64url')
  return hashParts(`${prefix}${family}${randomBytes(secretBytes).toString('base64url')}`)
}

/** Reads what a client sent; undefined for a text that cannot be a token. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  return pattern.test(text) ? hashParts(text) : undefined
}

/**
 * The token that follows. Only the server can make it, and always the same one: clients that use one token
 * at the same time all get its one successor, although nothing but hashes is kept.
 */
export function deriveSuccessor({ refreshKey }: TokenKey, { token }: RefreshToken): RefreshToken {
  const secret = createHmac('sha256', refreshKey).update(token).digest('base64url')
  return hashParts(`${token.slice(0, familyEnd)}${secret}`)
}

function hashParts(token: string): RefreshToken {
  return { token, familyHash: hashText(token.slice(0, familyEnd)), tokenHash: hashText(token) }
}
