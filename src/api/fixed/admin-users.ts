// The users of an app in its admin API.
import { createUser, listUsers, type User } from '../../auth/users.ts'
import { fail } from '../../errors.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType, jsonType } from './builder.ts'

const mostUsers = 100
const defaultUsers = 25

/** Adds the users and what can be done with them. */
export function addUsers(builder: Builder<Context>): void {
  const userType = addUserType(builder)
  const userInput = addUserInput(builder)
  builder.queryField('users', (t) =>
    t.field({
      type: [userType],
      access: 'admin',
      description: 'The users of this app, in the order in which they were made.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: defaultUsers,
          description: `How many, at most ${mostUsers}.`,
        }),
        offset: t.arg.int({ required: true, defaultValue: 0, description: 'How many to skip.' }),
      },
      resolve: async (_, { first, offset }, { app }) => {
        checkPage(first, offset)
        return [...(await listUsers(app.pool, { first, offset }))]
      },
    }),
  )
  builder.mutationField('createUser', (t) =>
    t.field({
      type: userType,
      access: 'admin',
      description: 'Adds a user, who can log in at once.',
      args: { input: t.arg({ type: userInput, required: true, description: 'The new user.' }) },
      resolve: (_, { input }, { app }) => createUser(app.pool, input, 'input'),
    }),
  )
}

function checkPage(first: number, offset: number): void {
  if (first > mostUsers)
    throw fail('LIMIT_EXCEEDED', `first must be at most ${mostUsers}, found ${first}; read on with offset`)
  if (first < 0 || offset < 0)
    throw fail('BAD_USER_INPUT', `first and offset must not be negative, found ${first} and ${offset}`)
}

function addUserType(builder: Builder<Context>) {
  return builder.objectRef<User>('User').implement({
    description: 'A user of this app.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the user.' }),
      email: t.exposeString('email', {
        description: 'The e-mail with which the user logs in, in lower case.',
      }),
      displayName: t.exposeString('displayName', {
        nullable: true,
        description: 'The name to show to others.',
      }),
      roles: t.field({
        type: ['String'],
        description: 'What the user may do depends on these.',
        resolve: (user) => [...user.roles],
      }),
      attributes: t.field({
        type: jsonType,
        description: 'What permissions may compare with.',
        resolve: (user) => user.attributes,
      }),
      active: t.exposeBoolean('active', { description: 'Whether the user may log in.' }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When the user was made.',
        resolve: (user) => user.createdAt,
      }),
      updatedAt: t.field({
        type: dateTimeType,
        description: 'When the user was last changed.',
        resolve: (user) => user.updatedAt,
      }),
    }),
  })
}

function addUserInput(builder: Builder<Context>) {
  return builder.inputType('UserInput', {
    description: 'A new user.',
    fields: (t) => ({
      email: t.string({
        required: true,
        description: 'The e-mail to log in with; capitals make no difference.',
      }),
      password: t.string({ required: true, description: 'The first password, of 8 to 200 characters.' }),
      displayName: t.string({ description: 'The name to show to others.' }),
      roles: t.stringList({ description: 'Role names such as `accountant`; `admin` may do everything.' }),
      attributes: t.field({
        type: jsonType,
        description: 'An object that permissions may compare with, such as `{ "department": "sales" }`.',
      }),
    }),
  })
}
