// metaloom create-user: a user of an app, or one of those who run the platform.
import { randomBytes } from 'node:crypto'
import { suggest } from '../reader.ts'
import type { Target } from '../server/direct.ts'
import { type Command, type Given, WrongUsage } from './command.ts'
import { appOption, readApp, withPlace } from './place.ts'
import type { Terminal } from './terminal.ts'

type User = Readonly<{ id: string; email: string }>

const ofApp = 'mutation ($input: UserInput!) { user: createUser(input: $input) { id email roles } }'
const ofPlatform =
  'mutation ($input: PlatformUserInput!) { user: createPlatformUser(input: $input) { id email role } }'
const platformRoles = ['owner', 'viewer']

export const createUserCommand: Command = {
  summary: 'Adds a user to an app, or to the platform.',
  about: ['Without --password-stdin a password is made and printed; it is kept nowhere.'],
  words: ['email'],
  options: {
    ...appOption,
    role: { value: 'role', isList: true, short: 'r', about: 'A role in the app; can stand several times.' },
    'display-name': { value: 'text', about: 'The name to show to people.' },
    platform: { value: 'owner|viewer', about: 'Adds a user of the platform instead, who may do this.' },
    'password-stdin': { about: 'Reads the password from standard input.' },
    json: { about: 'Prints one JSON value, for programs.' },
  },
  asks: true,
  async run(given, terminal) {
    const made = given.has('password-stdin') ? undefined : randomBytes(15).toString('base64url')
    const [target, mutation, input] = readUser(given, terminal)
    const password = made ?? (await terminal.readInput()).replace(/\r?\n$/, '')
    const { user } = await withPlace(given, terminal, ({ ask }) =>
      ask<{ user: User }>(target, mutation, { input: { ...input, password } }),
    )
    const shown = made === undefined ? user : { ...user, password: made }
    if (given.has('json')) terminal.print(JSON.stringify(shown, null, 2))
    else {
      terminal.print(`The user ${user.email} can log in.`)
      if (made !== undefined) terminal.print(`  password  ${made}`)
    }
    return 0
  },
}

function readUser(given: Given, terminal: Terminal): [Target, string, Record<string, unknown>] {
  const [email] = given.words
  const role = given.text('platform')
  if (role === undefined) {
    const input = { email, roles: given.texts('role'), displayName: given.text('display-name') }
    return [readApp(given, terminal), ofApp, input]
  }
  for (const option of ['app', 'role', 'display-name'])
    if (given.has(option)) throw new WrongUsage(`--${option} is for users of an app, not of the platform`)
  if (!platformRoles.includes(role))
    throw new WrongUsage(
      `--platform must be one of ${platformRoles.join(', ')}; found ${JSON.stringify(role)}${suggest(role, platformRoles)}`,
    )
  return [{ kind: 'platform' }, ofPlatform, { email, role: role.toUpperCase() }]
}
