// A client as careful ones are: it sends each request to an instance that runs, and tells done, refused and lost apart.
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures } from './figures.ts'
import type { Instances } from './instances.ts'

/** `lost` is a request of which nobody knows what became: the connection broke, or the answer never came. */
export type Outcome =
  // biome-ignore lint/suspicious/noExplicitAny: what a reply holds is what the caller asked for
  | Readonly<{ end: 'done'; data: any; url: string }>
  | Readonly<{ end: 'refused'; code: string; message: string; url: string }>
  | Readonly<{ end: 'lost'; url: string }>

export type Request = Readonly<{
  /** What it is counted under. */
  kind: string
  api?: 'data' | 'admin'
  query: string
  variables?: object
  /** An instance to send it to; else whichever comes next. */
  url?: string
}>

export type Client = Readonly<{ ask(request: Request): Promise<Outcome>; token: string }>

const addresses = { data: '/api/demo/graphql', admin: '/api/demo/admin/graphql' } as const
const patience = 20_000

type Reply = Readonly<{
  data?: unknown
  errors?: readonly Readonly<{ message: string; extensions: Readonly<{ code: string }> }>[]
}>

/** Sends one request, and notes what became of it. */
async function ask(
  { instances, figures }: Readonly<{ instances: Instances; figures: Figures }>,
  token: string | undefined,
  { kind, api = 'data', query, variables, url = instances.pick() }: Request,
): Promise<Outcome> {
  const started = performance.now()
  const note = (end: string) => figures.note({ kind, end, milliseconds: performance.now() - started })
  try {
    const reply = await fetch(`${url}${addresses[api]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(patience),
    })
    const { data, errors } = (await reply.json()) as Reply
    const [error] = errors ?? []
    note(error?.extensions.code ?? 'done')
    if (error) return { end: 'refused', code: error.extensions.code, message: error.message, url }
    return { end: 'done', data, url }
  } catch {
    note('lost')
    return { end: 'lost', url }
  }
}

/** Logs in, and again when the token is near its end. */
export async function openClient(
  system: Readonly<{ instances: Instances; figures: Figures }>,
  account: Readonly<{ email: string; password: string }>,
): Promise<Client> {
  const login =
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }'
  const logIn = async (): Promise<string> => {
    for (;;) {
      const outcome = await ask(system, undefined, {
        kind: 'log in',
        api: 'admin',
        query: login,
        variables: account,
      })
      if (outcome.end === 'done') return outcome.data.login.token
      if (outcome.end === 'refused')
        throw new Error(`The log-in was refused: ${outcome.code} ${outcome.message}`)
      await sleep(200)
    }
  }
  let token = await logIn()
  let readAt = performance.now()
  return {
    get token() {
      return token
    },
    async ask(request) {
      if (performance.now() - readAt > tokenAge) {
        readAt = performance.now()
        token = await logIn()
      }
      return await ask(system, token, request)
    },
  }
}

/** Access tokens last 15 minutes. */
const tokenAge = 300_000

/** Runs `work` again and again until it is over, with a pause of up to so many milliseconds between. */
export async function keepDoing(
  isOver: () => boolean,
  pause: number,
  work: (count: number) => Promise<void>,
): Promise<void> {
  for (let count = 0; !isOver(); count += 1) {
    await work(count)
    await sleep(randomInt(pause + 1))
  }
}
