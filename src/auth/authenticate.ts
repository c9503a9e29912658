// Turns the Authorization header of a request into a viewer; verifies each token once and re-reads its user every minute.
import { fail } from '../errors.ts'
import { type TokenKey, verifyToken } from './tokens.ts'
import { anonymous, type Viewer } from './viewer.ts'

/** `findViewer` gives the active user with that id as a viewer; `now` is the time in milliseconds. */
export type AuthenticatorOptions = Readonly<{
  tokenKey: TokenKey
  findViewer(userId: string): Promise<Viewer | undefined>
  now?: () => number
}>

export type Authenticator = Readonly<{
  /** Without a header the viewer is anonymous; a header that is not a good bearer token is UNAUTHENTICATED. */
  authenticate(header: string | undefined): Promise<Viewer>
}>

/** A token that was verified, and its user as last read. */
type Known = {
  readonly userId: string
  readonly expiresAt: number
  readAt: number
  viewer: Promise<Viewer | undefined>
}

const mostTokens = 10_000
const readEvery = 60_000
const nobody = Promise.resolve(undefined)

export function createAuthenticator({
  tokenKey,
  findViewer,
  now = Date.now,
}: AuthenticatorOptions): Authenticator {
  const tokens = new Map<string, Known>()

  async function authenticate(header: string | undefined): Promise<Viewer> {
    if (header === undefined) return anonymous
    const token = readBearer(header)
    const known = findKnown(token) ?? (await learn(token))
    const viewer = await readViewer(known)
    if (viewer === undefined)
      throw fail('UNAUTHENTICATED', 'The user of this token is not active; ask an administrator')
    return viewer
  }

  function findKnown(token: string): Known | undefined {
    const known = tokens.get(token)
    if (known === undefined || known.expiresAt > now()) return known
    tokens.delete(token)
    return undefined
  }

  /** Only good tokens are kept: bad ones are cheap to refuse and could push the good ones out. */
  async function learn(token: string): Promise<Known> {
    const { userId, expiresAt } = await verifyToken(tokenKey, token, new Date(now()))
    const early = tokens.get(token)
    if (early !== undefined) return early
    for (const oldest of tokens.keys()) {
      if (tokens.size < mostTokens) break
      tokens.delete(oldest)
    }
    const known = { userId, expiresAt: expiresAt.getTime(), readAt: Number.NEGATIVE_INFINITY, viewer: nobody }
    tokens.set(token, known)
    return known
  }

  /** Requests that come together share one reading; a reading that failed is not kept. */
  async function readViewer(known: Known): Promise<Viewer | undefined> {
    if (now() - known.readAt >= readEvery) {
      known.readAt = now()
      known.viewer = findViewer(known.userId)
    }
    const reading = known.viewer
    try {
      return await reading
    } catch (error) {
      if (known.viewer === reading) known.readAt = Number.NEGATIVE_INFINITY
      throw error
    }
  }

  return Object.freeze({ authenticate })
}

function readBearer(header: string): string {
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1]
  if (token === undefined)
    throw fail('UNAUTHENTICATED', 'The Authorization header must be "Bearer <access token>"')
  return token
}
