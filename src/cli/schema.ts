// metaloom schema: the data API of an app as SDL, for code generators and reviews.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from './command.ts'
import { withPlace } from './place.ts'

const query = 'query ($roles: [String!]!) { schema(roles: $roles) }'

export const schema: Command = {
  summary: 'Prints the data API of an app, as callers with the roles see it.',
  about: ['In the schema definition language of GraphQL.'],
  words: ['app'],
  options: {
    role: {
      value: 'role',
      isList: true,
      short: 'r',
      about: 'A role, such as accountant or anonymous; can stand several times. Without it: admin.',
    },
    output: { value: 'file', about: 'The file to write.', short: 'o' },
  },
  asks: true,
  async run(given, terminal) {
    const [app = ''] = given.words
    const roles = given.texts('role')
    const variables = { roles: roles.length > 0 ? roles : ['admin'] }
    const { schema: text } = await withPlace(given, terminal, ({ ask }) =>
      ask<{ schema: string }>({ kind: 'admin', app }, query, variables),
    )
    const output = given.text('output')
    if (output === undefined) terminal.print(text)
    else await writeFile(resolve(terminal.directory, output), `${text}\n`)
    return 0
  },
}
