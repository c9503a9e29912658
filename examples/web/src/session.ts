// The session: an access token in memory, the refresh token where a reload finds it.
import { send } from './api.ts'

type Tokens = Readonly<{ token: string; expiresAt: string; refreshToken: string }>

const place = 'metaloom-refresh-token'
const fields = '{ token expiresAt refreshToken }'
const listeners = new Set<() => void>()
let tokens: Tokens | undefined
let refreshing: Promise<Tokens | undefined> | undefined

/** Whether somebody is logged in, as far as this browser knows. */
export function isLoggedIn(): boolean {
  return localStorage.getItem(place) !== null
}

/** Calls back when somebody logs in or out, in other tabs too; returns what ends that. */
export function watchSession(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

export async function logIn(email: string, password: string): Promise<void> {
  const query = `mutation($email: String!, $password: String!) { login(email: $email, password: $password) ${fields} }`
  keep((await send<{ login: Tokens }>(query, { email, password })).login)
}

export function forgetSession(): void {
  keep(undefined)
}

/** A token that is good for half a minute at least; undefined when the session is over. */
export async function readToken(): Promise<string | undefined> {
  if (!isLoggedIn()) return undefined
  if (tokens && Date.parse(tokens.expiresAt) - Date.now() > 30_000) return tokens.token
  // Requests that start together share one refresh.
  refreshing ??= refresh().finally(() => {
    refreshing = undefined
  })
  return (await refreshing)?.token
}

/** A refresh token is good once, so the newest is read anew: another tab may have put it there. */
async function refresh(): Promise<Tokens | undefined> {
  const query = `mutation($token: String!) { refreshSession(refreshToken: $token) ${fields} }`
  try {
    keep(
      (await send<{ refreshSession: Tokens }>(query, { token: localStorage.getItem(place) })).refreshSession,
    )
  } catch {
    forgetSession()
  }
  return tokens
}

function keep(next: Tokens | undefined): void {
  tokens = next
  if (next) localStorage.setItem(place, next.refreshToken)
  else localStorage.removeItem(place)
  for (const listener of listeners) listener()
}
