// The types of users in the admin API.
import type { User } from '../../auth/users.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType, jsonType } from './builder.ts'

export type UserType = ReturnType<typeof addUserType>

/** Adds the type User. */
export function addUserType(builder: Builder<Context>) {
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

const rolesDescription = 'Role names such as `accountant`; `admin` may do everything.'
const attributesDescription =
  'An object that permissions may compare with, such as `{ "department": "sales" }`.'

/** Adds the inputs that make and change users. */
export function addUserInputs(builder: Builder<Context>) {
  const create = builder.inputType('UserInput', {
    description: 'A new user.',
    fields: (t) => ({
      email: t.string({
        required: true,
        description: 'The e-mail to log in with; capitals make no difference.',
      }),
      password: t.string({ required: true, description: 'The first password, of 8 to 200 characters.' }),
      displayName: t.string({ description: 'The name to show to others.' }),
      roles: t.stringList({ description: rolesDescription }),
      attributes: t.field({ type: jsonType, description: attributesDescription }),
    }),
  })
  const update = builder.inputType('UserUpdateInput', {
    description: 'What shall change of a user; what is left out stays.',
    fields: (t) => ({
      displayName: t.string({ description: 'The name to show to others; null takes it away.' }),
      roles: t.stringList({ description: `All roles from now on. ${rolesDescription}` }),
      attributes: t.field({
        type: jsonType,
        description: `All attributes from now on. ${attributesDescription}`,
      }),
      active: t.boolean({ description: 'Whether the user may log in; false ends all their sessions.' }),
    }),
  })
  return { create, update }
}
