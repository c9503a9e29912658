// Where the blocks of one page are run: an app of its own on a real server, and those who ask there.
import { buildEnvironment, dataOf, type GraphQLReply, post, type Server } from '../support/server.ts'
import { type Shell, startShell } from './shell.ts'

export type Api = 'data' | 'admin' | 'platform'
export type Stage = Readonly<{
  app: string
  /** Of the commands that ask the database of the server. */
  environment: Readonly<Record<string, string>>
  /** Sends an operation as the administrator, as one of the app's users, or as nobody. */
  send(
    api: Api,
    query: string,
    given: Readonly<{ variables?: unknown; as?: string | null }>,
  ): Promise<GraphQLReply>
  /** The shell, started when it is first asked for. */
  shell(): Promise<Shell>
  /** The block's text with the addresses and passwords of this stage in place of those that the pages print. */
  translate(text: string): string
  stop(): Promise<void>
}>

/** What the pages print for the password of the first administrator, and the one of every user that they make. */
const printed = 'QfEuOHvWf0-cDgJA'
const userPassword = 'correct horse'

/** Makes the app of a page. */
export async function openStage(server: Server, app: string): Promise<Stage> {
  const create = 'mutation ($name: String!) { createApp(name: $name) { adminEmail adminPassword } }'
  const owner = await logIn(
    `${server.url}/api/_platform/graphql`,
    'admin@example.com',
    'correct horse battery',
  )
  const made = dataOf(
    await post(`${server.url}/api/_platform/graphql`, create, { name: app }, owner),
  ).createApp
  const addresses: Readonly<Record<Api, string>> = {
    data: `${server.url}/api/${app}/graphql`,
    admin: `${server.url}/api/${app}/admin/graphql`,
    platform: `${server.url}/api/_platform/graphql`,
  }
  const administrator = await logIn(addresses.admin, made.adminEmail, made.adminPassword)
  const tokens = new Map<string, string>()
  const findToken = async (as: string): Promise<string> => {
    const token = tokens.get(as) ?? (await logIn(addresses.data, as, userPassword))
    tokens.set(as, token)
    return token
  }
  const translate = (text: string): string =>
    text
      .replaceAll('http://127.0.0.1:4000', server.url)
      .replaceAll('/api/demo/', `/api/${app}/`)
      .replaceAll('--app demo', `--app ${app}`)
      .replaceAll(printed, made.adminPassword)
  const environment = { ...buildEnvironment(server.databaseUrl, server.dataDir), METALOOM_APP: app }
  let shell: Promise<Shell> | undefined
  return {
    app,
    environment,
    async send(api, query, { variables, as }) {
      const usual = api === 'platform' ? owner : administrator
      const token = as === undefined ? usual : as === null ? null : await findToken(as)
      return await post(addresses[api], query, variables, token)
    },
    shell() {
      shell ??= startShell(environment)
      return shell
    },
    translate,
    async stop() {
      if (shell) await (await shell).stop()
    },
  }
}

async function logIn(address: string, email: string, password: string): Promise<string> {
  const query =
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }'
  return dataOf(await post(address, query, { email, password }, null)).login.token
}
