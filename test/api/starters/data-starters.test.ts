// Starters fit the schema of whoever gets them, whatever the definitions are.
import { type GraphQLSchema, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { buildAccountsSchema } from '../../../src/api/fixed/accounts.ts'
import { buildDataSchema } from '../../../src/api/generated/build.ts'
import { findViews } from '../../../src/api/generated/view.ts'
import { buildDataStarters } from '../../../src/api/starters/data-starters.ts'
import type { Registry } from '../../../src/metadata/registry.ts'
import { makeRegistry, readExample } from '../../support/registry.ts'

const fixed = buildAccountsSchema()
const buildFor = async (registry: Registry, roles: readonly string[]): Promise<GraphQLSchema> =>
  await buildDataSchema(registry, fixed, { views: findViews(registry, roles) })
const titlesOf = (registry: Registry, schema: GraphQLSchema) =>
  buildDataStarters(registry, schema).map(({ group, title }) => `${group}: ${title}`)

const odd = {
  entities: [
    {
      name: 'news',
      plural: 'news',
      fields: [
        { name: 'state', type: 'string', enum: ['a b', 'line\nbreak "quoted"', '{ evil }'] },
        { name: 'parent_id', type: 'uuid', required: true },
        { name: 'amount', type: 'decimal', required: true },
        { name: 'day', type: 'date', required: true },
        { name: 'hour', type: 'time', required: true },
        { name: 'big', type: 'bigint', required: true },
        { name: 'data', type: 'json', required: true },
        { name: 'picture', type: 'file', required: true },
        { name: 'contact_email', type: 'string', required: true },
      ],
    },
    { name: 'parent', fields: [] },
    { name: 'query_log', fields: [{ name: 'on', type: 'boolean' }] },
  ],
  relations: [
    { name: 'news', type: 'one_to_many', source: 'parent', target: 'news', target_key: 'parent_id' },
  ],
  state_machines: [
    {
      entity: 'news',
      field: 'state',
      definition: { initial: 'a b', transitions: [{ from: ['a b'], to: 'line\nbreak "quoted"' }] },
    },
  ],
} as unknown as Parameters<typeof makeRegistry>[0]

describe('every starter is valid by the schema that it is for', () => {
  test.each([['admin'], ['accountant'], ['customer'], ['kiosk'], ['anonymous'], ['nobody'], ['_reader']])(
    'for %s in the example app',
    async (role) => {
      const registry = makeRegistry(await readExample('invoicing'))
      const schema = await buildFor(registry, [role])
      const starters = buildDataStarters(registry, schema)
      expect(starters.length).toBeGreaterThan(0)
      for (const { query, samples } of starters)
        for (const text of [query, ...samples.map((sample) => sample.query)])
          expect([text, validate(schema, parse(text)).map(({ message }) => message)]).toEqual([text, []])
    },
  )

  test('for definitions with odd names, states and required values of every type', async () => {
    const registry = makeRegistry(odd)
    const schema = await buildFor(registry, ['admin'])
    const starters = buildDataStarters(registry, schema)
    for (const { query } of starters)
      expect([query, validate(schema, parse(query)).map(({ message }) => message)]).toEqual([query, []])
    expect(starters.map(({ title }) => title)).toContain('Move one to line break "quoted"')
    expect(starters.find(({ title }) => title.startsWith('Move'))?.query).toContain(
      'to: "line\\nbreak \\"quoted\\""',
    )
  })
})

describe('the starters of the example app', () => {
  test('show administrators everything', async () => {
    const registry = makeRegistry(await readExample('invoicing'))
    const titles = titlesOf(registry, await buildFor(registry, ['admin']))
    expect(titles).toEqual(
      expect.arrayContaining(['invoices: List with a filter', 'invoices: One by id', 'invoices: Create one']),
    )
    expect(titles.at(-1)).toBe('you: Who am I?')
  })

  test('show others what they can use, and nothing else', async () => {
    const registry = makeRegistry(await readExample('invoicing'))
    expect(titlesOf(registry, await buildFor(registry, ['anonymous']))).toEqual([
      'products: List with a filter',
      'products: One by id',
      'you: Who am I?',
    ])
  })

  test('ask for records that a reference can lead to', async () => {
    const registry = makeRegistry(await readExample('invoicing'))
    const starters = buildDataStarters(registry, await buildFor(registry, ['admin']))
    const create = starters.find(({ group, title }) => group === 'invoices' && title === 'Create one')
    expect(create?.query).toContain('mutation CreateInvoice($customerId: ID!)')
    expect(create?.samples).toEqual([
      { variable: 'customerId', query: '{ customers(first: 1) { nodes { id } } }' },
    ])
  })
})
