// The keys that an identity provider publishes: fetched when they are needed, kept for a while, bounded in time and size.
import { createRemoteJWKSet, customFetch } from 'jose'
import { type AppError, fail } from '../errors.ts'
import { fetchText } from '../outgoing/fetch-text.ts'

/** The keys of one address, for jose to choose from. */
export type RemoteKeys = ReturnType<typeof createRemoteJWKSet>

const fetchTimeout = 5_000
/** How soon an unknown key may make us look again. */
const cooldown = 30_000
/** How soon we ask again after the provider did not answer. */
const failureCooldown = 5_000
const maxAge = 600_000
const mostBytes = 262_144

/** Nothing is fetched yet; `allowPrivate` opens http and private addresses. */
export function createRemoteKeys(url: string, allowPrivate: boolean): RemoteKeys {
  let failedAt = Number.NEGATIVE_INFINITY
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: fetchTimeout,
    cooldownDuration: cooldown,
    cacheMaxAge: maxAge,
    [customFetch]: async (address, { signal }) => {
      if (performance.now() - failedAt < failureCooldown) throw tellUnreachable('it failed a moment ago')
      const reply = await fetchText(address, { allowPrivate, mostBytes, signal }).catch(
        (error: unknown) => error,
      )
      const isReply = typeof reply === 'object' && reply !== null && 'status' in reply && 'text' in reply
      if (isReply && reply.status === 200) return new Response(String(reply.text))
      failedAt = performance.now()
      throw isReply ? tellUnreachable(`it answered with status ${reply.status}`) : reply
    },
  })
}

function tellUnreachable(reason: string): AppError {
  return fail('INTERNAL_SERVER_ERROR', `The keys could not be fetched: ${reason}`)
}

/** Says why no keys can be had from the address now; undefined when they can. */
export async function findKeysProblem(url: string, allowPrivate: boolean): Promise<string | undefined> {
  try {
    await createRemoteKeys(url, allowPrivate).reload()
    return undefined
  } catch (error) {
    return `must lead to a JSON Web Key Set: ${error instanceof Error ? error.message : String(error)}`
  }
}
