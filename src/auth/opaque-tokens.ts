// Random texts that open something: invites, password resets, API keys. Only their hashes are kept.
import { createHash, randomBytes } from 'node:crypto'

export type OpaqueKind = 'invite' | 'password_reset' | 'api_key'
/** The text to be shown once, and the hash to keep. */
export type OpaqueToken = Readonly<{ token: string; hash: string }>

const secretBytes = 32
/** They tell scanners of leaked secrets what was found. */
const prefixes = { invite: 'mli_', password_reset: 'mlp_', api_key: 'mlk_' } as const satisfies Record<
  OpaqueKind,
  string
>

export function createOpaqueToken(kind: OpaqueKind): OpaqueToken {
  const token = `${prefixes[kind]}${randomBytes(secretBytes).toString('base64url')}`
  return { token, hash: hashText(token) }
}

/** The hash under which a token of that kind is kept; undefined for a text that cannot be one. */
export function hashOpaqueToken(kind: OpaqueKind, token: string): string | undefined {
  const isOne = token.startsWith(prefixes[kind]) && /^[\w-]{47}$/.test(token)
  return isOne ? hashText(token) : undefined
}

export function isApiKey(token: string): boolean {
  return token.startsWith(prefixes.api_key)
}

/** SHA-256 is enough for texts that were drawn at random; passwords need more. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
