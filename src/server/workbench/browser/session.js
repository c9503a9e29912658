// Who is logged in on this page. The access token lives in this closure only; the refresh token in the storage of this tab.

/** GraphiQL calls `fetch` of the page, which the page replaces by one that logs in. */
const plainFetch = globalThis.fetch.bind(globalThis)

/** Sends one GraphQL request without any cookie; the reply's first error is thrown in words. */
export async function ask(address, query, variables, headers = {}) {
  const reply = await plainFetch(address, {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await reply.json()
  if (errors) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code })
  return data
}

const tokens = 'token expiresAt refreshToken viewer { email roles }'
const soon = 30_000

/** The session of a realm (an app, or the platform) whose API is at the address. */
export function createSession(realm, address) {
  const key = `metaloom session ${realm}`
  let access
  let refreshing
  const read = () => JSON.parse(sessionStorage.getItem(key) ?? 'null')
  const write = (value) => sessionStorage.setItem(key, JSON.stringify(value))
  const forget = () => {
    access = undefined
    sessionStorage.removeItem(key)
  }
  const keep = ({ token, expiresAt, refreshToken, viewer }) => {
    access = { token, until: Date.parse(expiresAt) }
    write({ ...read(), refreshToken, email: viewer.email, roles: viewer.roles })
  }
  const refresh = async () => {
    const { refreshToken } = read()
    try {
      const query = `mutation($t: String!) { refreshSession(refreshToken: $t) { ${tokens} } }`
      keep((await ask(address, query, { t: refreshToken })).refreshSession)
    } catch (error) {
      if (error.code === 'UNAUTHENTICATED') forget()
      throw error
    }
  }
  const renew = () => {
    refreshing ??= refresh().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }
  return {
    read,
    renew,
    async logIn(email, password) {
      const query = `mutation($e: String!, $p: String!) { login(email: $e, password: $p) { ${tokens} } }`
      keep((await ask(address, query, { e: email, p: password })).login)
    },
    async logOut() {
      const token = access?.token
      forget()
      if (token) await ask(address, 'mutation { logout }', {}, { authorization: `Bearer ${token}` })
    },
    /** The roles to ask with; undefined is as oneself. Kept over a reload: fewer rights must not become more by one. */
    see(roles) {
      write({ ...read(), roles: read().roles, seenAs: roles })
    },
    async headers() {
      if (read() === null) return {}
      if (access === undefined || access.until - Date.now() < soon) await renew()
      const { seenAs } = read()
      return {
        authorization: `Bearer ${access.token}`,
        ...(seenAs ? { 'x-metaloom-roles': seenAs.join(', ') } : {}),
      }
    },
  }
}

/** `fetch` for one address: with the token where the caller gives none, once more with a new one when it was refused. */
export function createFetch(session, address) {
  const send = async (options) => {
    const headers = new Headers(options?.headers)
    const isOwn = !headers.has('authorization')
    if (isOwn) for (const [name, value] of Object.entries(await session.headers())) headers.set(name, value)
    const reply = await plainFetch(address, { ...options, headers, credentials: 'omit' })
    return { reply, isOwn }
  }
  return async (_url, options) => {
    const { reply, isOwn } = await send(options)
    if (reply.status !== 401 || !isOwn || session.read() === null) return reply
    await session.renew()
    return (await send(options)).reply
  }
}
