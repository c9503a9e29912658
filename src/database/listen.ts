// Follows what other processes announce on a channel; a poll stands behind it, since announcements can get lost.
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { nameConnection } from './connect.ts'
import { quoteName } from './identifiers.ts'

/** After `stop` nothing is called any more; it returns soon whether the server still answers or not. */
export type Follower = Readonly<{ stop(): Promise<void> }>

/** `onPoll` means: look for yourself, you may have missed something. `pollEvery` is in milliseconds. */
export type FollowOptions = Readonly<{
  url: string
  channel: string
  onNotify(payload: string): void
  onPoll(): void
  pollEvery: number
  log: (error: unknown) => void
}>

type Listener = Readonly<{ options: FollowOptions; signal: AbortSignal; onListening(): void }>

const retryEvery = 500

/**
 * Calls `onNotify` for each announcement, and `onPoll` regularly and whenever listening begins (again).
 * Returns once it listens or has failed to; it tries again for ever, and where it cannot the poll goes on alone.
 */
export async function follow(options: FollowOptions): Promise<Follower> {
  const ending = new AbortController()
  const poll = setInterval(() => callSafely(options.onPoll, options.log), options.pollEvery)
  poll.unref()
  const loop = await new Promise<{ ended: Promise<void> }>((resolve) => {
    const ended = keepListening(options, ending.signal, () => resolve({ ended }))
  })
  return {
    async stop() {
      clearInterval(poll)
      ending.abort()
      await loop.ended
    },
  }
}

/** `onTried` is called after the first try, however it went. An outage is logged once, when it begins. */
async function keepListening(
  options: FollowOptions,
  signal: AbortSignal,
  onTried: () => void,
): Promise<void> {
  let isLogged = false
  const onListening = () => {
    isLogged = false
    callSafely(options.onPoll, options.log)
    onTried()
  }
  while (!signal.aborted) {
    const problem = await listenUntilLost({ options, signal, onListening })
    if (problem && !isLogged && !signal.aborted) options.log(problem)
    isLogged ||= problem !== undefined
    onTried()
    await sleep(retryEvery, undefined, { ref: false, signal }).catch(() => undefined)
  }
}

/** Uses one connection until it is lost, refused or no longer wanted; returns the error, when there was one. */
async function listenUntilLost({ options, signal, onListening }: Listener): Promise<unknown> {
  const { sql, closed, hangUp } = open(options, signal)
  signal.addEventListener('abort', hangUp, { once: true })
  try {
    await sql.unsafe(`listen ${quoteName(options.channel)}`)
    if (!signal.aborted) onListening()
    await closed
    return undefined
  } catch (error) {
    return error
  } finally {
    signal.removeEventListener('abort', hangUp)
    await hangUp()
  }
}

/** The `listen` of postgres.js is not used: when ended during an outage it may still connect again, and then stays. */
function open(options: FollowOptions, signal: AbortSignal) {
  let close = (): void => {}
  const closed = new Promise<void>((resolve) => {
    close = resolve
  })
  // postgres.js knows this setting, only its types do not.
  const untyped = {
    onnotify: (_channel: string, payload: string) => {
      if (!signal.aborted) callSafely(() => options.onNotify(payload), options.log)
    },
  }
  const sql = postgres(options.url, {
    ...untyped,
    max: 1,
    connection: { application_name: nameConnection('listen ') },
    max_lifetime: null,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
    onclose: () => close(),
  })
  // A server that no longer answers never closes its end: then we do not wait for it.
  const hangUp = () => sql.end({ timeout: 0.5 }).then(close)
  return { sql, closed, hangUp }
}

/** An error in what we call must not end the connection that called it. */
function callSafely(call: () => void, log: (error: unknown) => void): void {
  try {
    call()
  } catch (error) {
    log(error)
  }
}
