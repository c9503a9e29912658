// Asks a server over HTTP, as any client does; what comes back is read as a reply of GraphQL or told as what it is.
import { type ErrorCode, fail, type Problem } from '../errors.ts'
import { isObject } from '../reader.ts'
import type { Asker, Reply, ReplyError, Target } from '../server/direct.ts'
import { WrongUsage } from './command.ts'

/** A token, or an e-mail and a password to get one with. */
export type Credentials = Readonly<{
  token: string | undefined
  email: string | undefined
  password: string | undefined
}>

const login =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }'

/** Nothing is sent before the first question. */
export function openRemote(base: URL, { token, email, password }: Credentials): Asker {
  if (token === undefined && (email === undefined || password === undefined))
    throw new WrongUsage(
      'A server asks for a token: set METALOOM_TOKEN, or --email and the password in METALOOM_PASSWORD',
    )
  const tokens = new Map<string, string>()
  const findToken = async (target: Target): Promise<string> => {
    if (token !== undefined) return token
    const address = writeAddress(base, target)
    const known = tokens.get(address)
    if (known !== undefined) return known
    const { data, errors: [error] = [] } = await post(address, login, { email, password })
    if (error) throw fail(error.code, error.message)
    const made = isObject(data) && isObject(data.login) ? String(data.login.token) : ''
    tokens.set(address, made)
    return made
  }
  return {
    ask: async (target, query, variables) =>
      await post(writeAddress(base, target), query, variables, await findToken(target)),
    close: async () => undefined,
  }
}

function writeAddress(base: URL, target: Target): string {
  const app = target.kind === 'platform' ? '_platform' : `${encodeURIComponent(target.app)}/admin`
  return `${base.origin}${base.pathname.replace(/\/$/, '')}/api/${app}/graphql`
}

async function post(url: string, query: string, variables: unknown, token?: string): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  }).catch((error: unknown) => {
    throw new Error(`No server answers at ${new URL(url).origin}: ${findReason(error)}`)
  })
  const text = await response.text()
  const reply = parse(text)
  if (reply === undefined)
    throw new Error(
      `${url} is no Metaloom: it answered ${response.status} ${JSON.stringify(text.slice(0, 100))}`,
    )
  return reply
}

/** fetch says only that it failed; why stands behind. */
function findReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message || ('code' in cause ? String(cause.code) : error.message)
}

function parse(text: string): Reply | undefined {
  try {
    const json: unknown = JSON.parse(text)
    if (!isObject(json) || !('data' in json || 'errors' in json)) return undefined
    return { data: json.data, errors: Array.isArray(json.errors) ? json.errors.map(readError) : [] }
  } catch {
    return undefined
  }
}

function readError(error: unknown): ReplyError {
  const { message, extensions } = isObject(error) ? error : {}
  const { code, details } = isObject(extensions) ? extensions : {}
  return {
    code: (typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR') as ErrorCode,
    message: String(message),
    ...(Array.isArray(details) ? { details: details.filter(isObject).map(readProblem) } : {}),
  }
}

function readProblem({ path, message }: Record<string, unknown>): Problem {
  return { path: String(path ?? ''), message: String(message ?? '') }
}
