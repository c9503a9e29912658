// Turns the Authorization header of a request into a viewer; verifies each token once and reads its bearer anew every minute.
import { fail } from '../errors.ts'
import { anonymous, type Viewer } from './viewer.ts'

/** Whom a token stands for, and until when, in milliseconds. */
export type Bearer = Readonly<{ viewer: Viewer; expiresAt: number }>
/** Reads the bearer of a verified token as of now; undefined when they may not act any more. */
export type ReadBearer = () => Promise<Bearer | undefined>
/** Verifies a token at the time given; one that is not good is UNAUTHENTICATED. */
export type VerifyBearer = (token: string, now: Date) => Promise<ReadBearer>

/** `now` is the time in milliseconds. */
export type AuthenticatorOptions = Readonly<{ verify: VerifyBearer; now?: () => number }>

export type Authenticator = Readonly<{
  /** Without a header the viewer is anonymous; a header that is not a good bearer token is UNAUTHENTICATED. */
  authenticate(header: string | undefined): Promise<Viewer>
  /** Has the viewer of that id read anew at the next request. */
  forget(id: string): void
}>

/** A token that was verified, and its bearer as last read. */
type Known = {
  readonly read: ReadBearer
  readAt: number
  reading: Promise<Bearer | undefined>
  viewerId?: string | undefined
}

const mostTokens = 10_000
const readEvery = 60_000
const nobody = Promise.resolve(undefined)

export function createAuthenticator({ verify, now = () => Date.now() }: AuthenticatorOptions): Authenticator {
  const tokens = new Map<string, Known>()

  async function authenticate(header: string | undefined): Promise<Viewer> {
    if (header === undefined) return anonymous
    const token = readToken(header)
    const bearer = await readBearer(tokens.get(token) ?? (await learn(token)))
    if (bearer === undefined)
      throw fail('UNAUTHENTICATED', 'This token was revoked, or its user is not active; log in again')
    if (bearer.expiresAt > now()) return bearer.viewer
    tokens.delete(token)
    throw fail('UNAUTHENTICATED', 'The token has expired; log in again')
  }

  /** Only good tokens are kept: bad ones are cheap to refuse and could push the good ones out. */
  async function learn(token: string): Promise<Known> {
    const read = await verify(token, new Date(now()))
    const early = tokens.get(token)
    if (early !== undefined) return early
    for (const oldest of tokens.keys()) {
      if (tokens.size < mostTokens) break
      tokens.delete(oldest)
    }
    const known: Known = { read, readAt: Number.NEGATIVE_INFINITY, reading: nobody }
    tokens.set(token, known)
    return known
  }

  /** Requests that come together share one reading; a reading that failed is not kept. */
  async function readBearer(known: Known): Promise<Bearer | undefined> {
    if (now() - known.readAt >= readEvery) {
      known.readAt = now()
      known.reading = known.read()
    }
    const reading = known.reading
    try {
      const bearer = await reading
      known.viewerId = bearer?.viewer.id ?? known.viewerId
      return bearer
    } catch (error) {
      if (known.reading === reading) known.readAt = Number.NEGATIVE_INFINITY
      throw error
    }
  }

  function forget(id: string): void {
    for (const known of tokens.values()) if (known.viewerId === id) known.readAt = Number.NEGATIVE_INFINITY
  }

  return Object.freeze({ authenticate, forget })
}

function readToken(header: string): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1]
  if (token === undefined)
    throw fail('UNAUTHENTICATED', 'The Authorization header must be "Bearer <access token>"')
  return token
}
