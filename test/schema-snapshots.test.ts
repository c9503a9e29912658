// The APIs as files: a change of one shows in review as GraphQL.
import { type GraphQLSchema, lexicographicSortSchema, printSchema, validateSchema } from 'graphql'
import { expect, test } from 'vitest'
import { buildAccountsSchema } from '../src/api/fixed/accounts.ts'
import { buildAdminSchema } from '../src/api/fixed/admin.ts'
import { buildPlatformSchema } from '../src/api/fixed/platform.ts'
import { buildDataSchema } from '../src/api/generated/build.ts'
import { findViews } from '../src/api/generated/view.ts'
import { makeRegistry, readExample } from './support/registry.ts'

async function compare(schema: GraphQLSchema, name: string): Promise<void> {
  expect(validateSchema(schema)).toEqual([])
  await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot(
    `../schema-snapshots/${name}.graphql`,
  )
}

test('an app without entities has the fixed part only', async () => {
  await compare(await buildDataSchema(makeRegistry({}), buildAccountsSchema()), 'empty')
})

test('the example app has its data API', async () => {
  await compare(
    await buildDataSchema(makeRegistry(await readExample('invoicing')), buildAccountsSchema()),
    'invoicing',
  )
})

test.each(['accountant', 'customer', 'kiosk', 'anonymous'])(
  'those who are %s have as much of it as they can use',
  async (role) => {
    const registry = makeRegistry(await readExample('invoicing'))
    const schema = await buildDataSchema(registry, buildAccountsSchema(), {
      views: findViews(registry, [role]),
    })
    await compare(schema, `invoicing.${role}`)
  },
)

test('a new field shows wherever it can be used, and nowhere else', async () => {
  const document = await readExample('invoicing')
  const order = {
    name: 'purchase_order',
    type: 'string',
    unique: true,
    description: "The customer's own number",
  }
  const grow = (entity: Record<string, unknown>) =>
    entity.name === 'invoice' ? { ...entity, fields: [...(entity.fields as unknown[]), order] } : entity
  const changed = { ...document, entities: document.entities.map(grow) }
  await compare(
    await buildDataSchema(makeRegistry(changed), buildAccountsSchema()),
    'invoicing-after-new-field',
  )
})

test('the admin API is as it was', async () => {
  await compare(
    buildAdminSchema({
      verify: () => [],
      buildSchema: (registry) => buildDataSchema(registry, buildAccountsSchema()),
    }),
    'admin',
  )
})

test('the platform API is as it was', async () => {
  await compare(buildPlatformSchema(), 'platform')
})
