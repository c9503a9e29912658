// API keys in the admin API: how services get in.
import { type ApiKey, createApiKey, listApiKeys, type NewApiKey, revokeApiKey } from '../../auth/api-keys.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { checkPage, pageArguments } from './page-arguments.ts'

type ApiKeyType = ReturnType<typeof addApiKeyType>

/** Adds the API keys and what can be done with them. */
export function addApiKeys(builder: Builder<Context>): void {
  const keyType = addApiKeyType(builder)
  builder.queryField('apiKeys', (t) =>
    t.field({
      type: [keyType],
      access: 'admin',
      description: 'All API keys, also those that are good no more; the latest first.',
      args: { first: t.arg.int(pageArguments.first), offset: t.arg.int(pageArguments.offset) },
      resolve: async (_, page, { app }) => {
        checkPage(page)
        return [...(await listApiKeys(app.pool, page))]
      },
    }),
  )
  addCreateApiKey(builder, keyType)
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      type: keyType,
      access: 'admin',
      description: 'Ends an API key; it holds everywhere within 60 seconds.',
      args: { id: t.arg.id({ required: true, description: 'The id of the key.' }) },
      resolve: (_, { id }, { app }) => revokeApiKey(app, String(id)),
    }),
  )
}

function addApiKeyType(builder: Builder<Context>) {
  return builder.objectRef<ApiKey>('ApiKey').implement({
    description: 'Lets a service in, with roles of its own.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the key, and of the viewer who uses it.' }),
      name: t.exposeString('name', { description: 'What it is for.' }),
      roles: t.field({
        type: ['String'],
        description: 'What the service may do depends on these.',
        resolve: ({ roles }) => [...roles],
      }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When it was made.',
        resolve: ({ createdAt }) => createdAt,
      }),
      expiresAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'When it ends; null when it does not.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
      lastUsedAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'When it was last used, to a minute; null when it never was.',
        resolve: ({ usedAt }) => usedAt,
      }),
      revokedAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'When it was revoked; null when it was not.',
        resolve: ({ revokedAt }) => revokedAt,
      }),
    }),
  })
}

function addCreateApiKey(builder: Builder<Context>, keyType: ApiKeyType): void {
  const input = builder.inputType('ApiKeyInput', {
    description: 'A new API key.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'What it is for, in 1 to 100 characters.' }),
      roles: t.stringList({ description: 'Role names such as `accountant`; `admin` may do everything.' }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When it ends; without it, when it is revoked.',
      }),
    }),
  })
  const newType = builder.objectRef<NewApiKey>('NewApiKey').implement({
    description: 'An API key that was just made.',
    fields: (t) => ({
      apiKey: t.field({ type: keyType, description: 'The key.', resolve: ({ apiKey }) => apiKey }),
      token: t.exposeString('token', {
        description: 'The key as text: send it as `Authorization: Bearer <token>`. It is shown only now.',
      }),
    }),
  })
  builder.mutationField('createApiKey', (t) =>
    t.field({
      type: newType,
      access: 'admin',
      description: 'Makes an API key.',
      args: { input: t.arg({ type: input, required: true, description: 'The new key.' }) },
      resolve: (_, { input: given }, { app }) => createApiKey(app.pool, given),
    }),
  )
}
