// The fixed schemas as a whole: valid, described, sharing their scalars, and guarded at every root field.
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  graphql,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  printSchema,
  validateSchema,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { buildAccountsSchema } from '../../../src/api/fixed/accounts.ts'
import { buildAdminSchema } from '../../../src/api/fixed/admin.ts'
import { createBuilder, finishSchema } from '../../../src/api/fixed/builder.ts'
import { buildPlatformSchema } from '../../../src/api/fixed/platform.ts'
import { scalars } from '../../../src/api/fixed/scalars.ts'
import { buildDataSchema } from '../../../src/api/generated/build.ts'
import { anonymous, type Viewer } from '../../../src/auth/viewer.ts'

const schemas: readonly (readonly [string, GraphQLSchema])[] = [
  ['accounts', buildAccountsSchema()],
  [
    'admin',
    buildAdminSchema({
      verify: () => [],
      buildSchema: (registry) => buildDataSchema(registry, buildAccountsSchema()),
    }),
  ],
  ['platform', buildPlatformSchema()],
]
const open = new Set(['login', 'refreshSession', 'resetPassword', 'acceptInvite', 'viewer', 'file'])
const ownOnly = new Set(['logout', 'sessions', 'revokeSession', 'changePassword'])
/** For whoever has a token; what they find depends on records and files. */
const anybody = new Set([
  'pendingApprovals',
  'workflowInstance',
  'approveStep',
  'rejectStep',
  'uploadFile',
  'createUpload',
  'completeUpload',
  'files',
  'deleteFile',
])

const reader: Viewer = { id: 'ada', roles: ['reader'], attributes: {} }

/** Everything of a type that a client can see, with its description. */
function listDescribed(type: GraphQLNamedType): readonly (readonly [string, string | null | undefined])[] {
  const self = [type.name, type.description] as const
  if (isEnumType(type))
    return [
      self,
      ...type.getValues().map((value) => [`${type.name}.${value.name}`, value.description] as const),
    ]
  if (isInputObjectType(type))
    return [
      self,
      ...Object.values(type.getFields()).map(
        (field) => [`${type.name}.${field.name}`, field.description] as const,
      ),
    ]
  if (!isObjectType(type)) return [self]
  const fields = Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field.description] as const,
    ...field.args.map((arg) => [`${type.name}.${field.name}.${arg.name}`, arg.description] as const),
  ])
  return [self, ...fields]
}

/** Each root field with a request for it whose arguments are good enough for the guard to be asked. */
function listRequests(schema: GraphQLSchema): readonly (readonly [string, string, GraphQLSchema])[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const
  return roots.flatMap(([kind, root]) =>
    Object.keys(root?.getFields() ?? {}).map((name) => [kind, name, schema] as const),
  )
}

/** Asks a field's resolver directly, past the checks of arguments. */
async function ask(kind: string, name: string, schema: GraphQLSchema, viewer: Viewer): Promise<unknown> {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType()
  const resolve = root?.getFields()[name]?.resolve
  return await Promise.resolve()
    .then(() => resolve?.({}, {}, { viewer }, {} as never))
    .catch((reason: unknown) => reason)
}

describe.each(schemas)('the schema %s', (_, schema) => {
  it('is valid by graphql-js, also when printed', () => {
    expect(validateSchema(schema)).toEqual([])
    expect(() => parse(printSchema(schema))).not.toThrow()
  })

  it('describes everything', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
    )
    const bare = types.flatMap(listDescribed).filter(([, description]) => !description)
    expect(bare.map(([name]) => name)).toEqual([])
  })

  it('uses the scalar objects that all schemas share', () => {
    for (const [name, scalar] of Object.entries(scalars)) {
      const found = schema.getType(name)
      if (found) expect(found).toBe(scalar)
    }
    expect(schema.getType('DateTime')).toBe(scalars.DateTime)
  })
})

describe.each(schemas.flatMap(([, schema]) => listRequests(schema)))('%s %s', (kind, name, schema) => {
  const title = anybody.has(name)
    ? 'needs a token'
    : ownOnly.has(name)
      ? 'needs a session'
      : 'needs the role admin'
  it(open.has(name) ? 'is open to anyone' : title, async () => {
    const answers = [await ask(kind, name, schema, anonymous), await ask(kind, name, schema, reader)]
    const refusals = [
      {
        code: 'UNAUTHENTICATED',
        message: 'This needs a token; call login and send "Authorization: Bearer <token>"',
      },
      {
        code: 'FORBIDDEN',
        message: ownOnly.has(name)
          ? 'This needs a session of this API: log in with e-mail and password'
          : 'This needs the role admin; you have reader',
      },
    ]
    answers.forEach((answer, index) => {
      if (open.has(name) || (anybody.has(name) && index === 1))
        expect(answer).not.toMatchObject({ code: expect.stringMatching(/UNAUTHENTICATED|FORBIDDEN/) })
      else expect(answer).toMatchObject(refusals[index] ?? {})
    })
  })
})

describe('a root field', () => {
  it('that does not say who may call it stops the server', () => {
    const builder = createBuilder<{ viewer: Viewer }>()
    builder.queryType({ description: 'A mistake' })
    // @ts-expect-error access is missing
    builder.queryField('secret', (t) => t.string({ resolve: () => 'x' }))
    expect(() => finishSchema(builder)).toThrow(
      "The field Query.secret must say access: 'open', 'user' or 'admin'",
    )
  })
})

describe('viewer', () => {
  const source = '{ viewer { id email roles } }'

  it('is null without a token', async () => {
    for (const schema of [buildAccountsSchema(), buildPlatformSchema()])
      expect(await graphql({ schema, source, contextValue: { viewer: anonymous } })).toEqual({
        data: { viewer: null },
      })
  })

  it('is who asks', async () => {
    const result = await graphql({ schema: buildAccountsSchema(), source, contextValue: { viewer: reader } })
    expect(result.data).toEqual({ viewer: { id: 'ada', email: null, roles: ['reader'] } })
  })
})
