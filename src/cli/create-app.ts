// metaloom create-app: a new app with its database, its keys and its first administrator.
import type { Command } from './command.ts'
import { withPlace } from './place.ts'
import { withProgress } from './progress.ts'

type Created = Readonly<{
  app: Readonly<{ name: string; displayName: string }>
  adminEmail: string
  adminPassword: string
}>

const mutation = `mutation ($name: String!, $displayName: String) {
  createApp(name: $name, displayName: $displayName) { app { name displayName } adminEmail adminPassword }
}`

export const createAppCommand: Command = {
  summary: 'Makes an app, and prints the password of its first administrator.',
  about: ['The password is kept nowhere. At a server this needs the token of an owner of the platform.'],
  words: ['name'],
  options: {
    'display-name': { value: 'text', about: 'The name to show to people; the name itself without it.' },
    json: { about: 'Prints one JSON value, for programs.' },
  },
  asks: true,
  async run(given, terminal) {
    const [name] = given.words
    const variables = { name, displayName: given.text('display-name') }
    const { createApp: created } = await withPlace(given, terminal, ({ ask }) =>
      withProgress(terminal, `making the app ${name}`, () =>
        ask<{ createApp: Created }>({ kind: 'platform' }, mutation, variables),
      ),
    )
    if (given.has('json')) terminal.print(JSON.stringify(created, null, 2))
    else {
      terminal.print(`The app ${created.app.name} answers at /api/${created.app.name}/graphql.`)
      terminal.print(`  e-mail    ${created.adminEmail}`)
      terminal.print(`  password  ${created.adminPassword}`)
    }
    return 0
  },
}
