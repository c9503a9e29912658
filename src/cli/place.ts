// Where a command asks: a server, by its address and a token, or the database itself, by the settings of this folder.
import { fail } from '../errors.ts'
import type { Asker, Target } from '../server/direct.ts'
import { type Given, type Options, WrongUsage } from './command.ts'
import { openRemote } from './remote.ts'
import type { Terminal } from './terminal.ts'

export type Place = Readonly<{
  /** Asks and resolves to the data; the errors of a reply are thrown. */
  ask<T>(target: Target, query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>
  close(): Promise<void>
}>

/** The options of all commands that ask. */
export const placeOptions: Options = {
  url: { value: 'url', about: 'The address of a server, such as https://api.example.com (METALOOM_URL).' },
  token: {
    value: 'token',
    about: 'An API key or an access token; better in METALOOM_TOKEN, where others do not see it.',
  },
  email: {
    value: 'email',
    about: 'Logs in with this e-mail instead (METALOOM_EMAIL) and the password in METALOOM_PASSWORD.',
  },
}

/** Opens the place that the options and the environment name. */
async function openPlace(given: Given, terminal: Terminal): Promise<Place> {
  const { environment } = terminal
  const choose = (option: string, variable: string) =>
    given.text(option) ?? (environment[variable]?.trim() || undefined)
  const url = choose('url', 'METALOOM_URL')
  if (url !== undefined) {
    const { METALOOM_PASSWORD: password } = environment
    const who = {
      token: choose('token', 'METALOOM_TOKEN'),
      email: choose('email', 'METALOOM_EMAIL'),
      password,
    }
    return place(openRemote(readUrl(url), who))
  }
  for (const option of ['token', 'email'])
    if (given.has(option)) throw new WrongUsage(`--${option} is for a server; name that with --url`)
  const { openLocal } = await import('./local.ts')
  return place(await openLocal(terminal))
}

function place({ ask, close }: Asker): Place {
  return {
    async ask<T>(target: Target, query: string, variables = {}) {
      const { data, errors = [] } = await ask(target, query, variables)
      const [first] = errors
      if (first) throw fail(first.code, first.message, first.details)
      // The schema makes sure that the reply has the form of the query.
      return data as T
    },
    close,
  }
}

function readUrl(text: string): URL {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text)
  throw new WrongUsage(
    `The address of a server is such as https://api.example.com; found ${JSON.stringify(text)}`,
  )
}

/** Opens the place, works there, and closes it however that ends. */
export async function withPlace<T>(
  given: Given,
  terminal: Terminal,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const place = await openPlace(given, terminal)
  try {
    return await work(place)
  } finally {
    await place.close()
  }
}

/** The option that names the app, of the commands that are about one. */
export const appOption: Options = {
  app: { value: 'name', about: 'The app that it is about (METALOOM_APP).', short: 'a' },
}

/** The app that the command is about. */
export function readApp(given: Given, { environment }: Terminal): Target {
  const app = given.text('app') ?? environment.METALOOM_APP
  if (app === undefined || app === '')
    throw new WrongUsage('Name the app with --app <name>, or in METALOOM_APP')
  return { kind: 'admin', app }
}
