// Names of the writing half of the data API: which clash, and which give way.
import { type GraphQLSchema, isEnumType, isInputObjectType, isObjectType, validateSchema } from 'graphql'
import { describe, expect, it, test } from 'vitest'
import { buildAccountsSchema } from '../../../src/api/fixed/accounts.ts'
import { buildDataSchema, findFixedNames } from '../../../src/api/generated/build.ts'
import { checkNames } from '../../../src/api/generated/names.ts'
import { billing } from '../../support/billing.ts'
import { makeRegistry } from '../../support/registry.ts'

const fixed = buildAccountsSchema()
const label = { name: 'label', type: 'string' }

function buildSchema(document: Parameters<typeof makeRegistry>[0]): Promise<GraphQLSchema> {
  return buildDataSchema(makeRegistry(document), fixed)
}

function problemsOf(entities: readonly unknown[]): readonly string[] {
  const problems = checkNames(makeRegistry({ entities }), findFixedNames(fixed))
  return problems.map(({ name, path, message }) => `${name}.${path} ${message}`)
}

/** The names of an input's fields, or of an enum's values. */
function partsOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  if (isEnumType(type)) return type.getValues().map((value) => value.name)
  return isInputObjectType(type) || isObjectType(type) ? Object.keys(type.getFields()) : []
}

function mutationsOf(schema: GraphQLSchema): readonly string[] {
  return Object.keys(schema.getMutationType()?.getFields() ?? {})
}

describe('mutations', () => {
  test('of an entity are made of its name and of that of its list', async () => {
    const schema = await buildSchema({ entities: [{ name: 'invoice', fields: [label] }] })
    expect(mutationsOf(schema)).toEqual(
      expect.arrayContaining([
        ...['createInvoice', 'updateInvoice', 'upsertInvoice', 'deleteInvoice', 'restoreInvoice'],
        ...['createInvoices', 'updateInvoices', 'deleteInvoices'],
      ]),
    )
  })

  test('of many are named after the list where plural and singular are the same', async () => {
    const schema = await buildSchema({ entities: [{ name: 'news', plural: 'news', fields: [label] }] })
    expect(mutationsOf(schema)).toEqual(expect.arrayContaining(['createNews', 'createNewsList']))
  })

  test('that nothing could be given to, or that could not be done, are left out', async () => {
    const schema = await buildSchema({ entities: [{ name: 'mark', soft_delete: false, fields: [] }] })
    expect(mutationsOf(schema).filter((name) => name.includes('Mark'))).toEqual([
      'createMark',
      'upsertMark',
      'deleteMark',
      'deleteMarks',
    ])
    expect(schema.getMutationType()?.getFields().createMark?.args).toEqual([])
  })

  it('refuses a list named as another entity, once for all that would clash, and names both', () => {
    expect(
      problemsOf([
        { name: 'a', plural: 'b', fields: [] },
        { name: 'b', plural: 'bs', fields: [] },
      ]),
    ).toEqual([
      'b.name makes the root field "b", which belongs to the entity a; choose another name, such as b_record',
    ])
  })

  it('refuses one that the API itself has', () => {
    expect(problemsOf([{ name: 'batch', plural: 'upload', fields: [] }])).toEqual([
      'batch.plural makes the mutation "createUpload", which belongs to the API itself; set another plural',
    ])
  })
})

describe('inputs', () => {
  test('make a valid schema, with relations to many, to one, over a join table and of an entity to itself', async () => {
    expect(validateSchema(await buildSchema(billing))).toEqual([])
  })

  test('nest on the source side only', async () => {
    const schema = await buildSchema(billing)
    expect(partsOf(schema, 'InvoiceCreateInput')).toEqual([
      ...['number', 'status', 'customerId', 'note'],
      ...['items', 'tags'],
    ])
    expect(partsOf(schema, 'TagCreateInput')).toEqual(['id', 'label'])
    expect(partsOf(schema, 'InvoiceUpdateInput')).toContain('items')
    expect(partsOf(schema, 'InvoiceBulkInput')).toEqual(['number', 'status', 'customerId', 'note'])
  })

  test('of nested rows lack the key to the parent, and nest on', async () => {
    const schema = await buildSchema(billing)
    expect(partsOf(schema, 'InvoiceItemsNestedRow')).toEqual([
      ...['id', 'create', 'delete'],
      ...['description', 'quantity', 'taxLines'],
    ])
    expect(partsOf(schema, 'FolderFoldersNestedRow')).toEqual(['id', 'create', 'delete', 'name', 'folders'])
    expect(partsOf(schema, 'InvoiceTagsNestedRow')).toEqual(['id', 'create', 'delete', 'label'])
  })

  test('take a list of rows, or one row where the relation leads to one', async () => {
    const schema = await buildSchema(billing)
    const typeOf = (name: string) => {
      const type = schema.getType(name)
      return isInputObjectType(type) ? String(type.getFields().data?.type) : ''
    }
    expect(typeOf('InvoiceItemsRelationInput')).toBe('[InvoiceItemsNestedRow!]!')
    expect(typeOf('CustomerProfileRelationInput')).toBe('CustomerProfileNestedRow')
    expect(partsOf(schema, 'WriteMode')).toEqual(['DIFF', 'REPLACE', 'APPEND'])
  })

  test('give way where an entity has their name', async () => {
    const schema = await buildSchema({
      ...billing,
      entities: [...billing.entities, { name: 'invoice_items_nested_row', fields: [label] }],
    })
    expect(isObjectType(schema.getType('InvoiceItemsNestedRow'))).toBe(true)
    expect(partsOf(schema, 'InvoiceItemsNestedRow_')).toContain('description')
    expect(validateSchema(schema)).toEqual([])
  })
})

describe('what the system sets', () => {
  const order = {
    name: 'order',
    slug: { field: 'slug', source: 'title' },
    fields: [
      { name: 'title', type: 'string', required: true },
      { name: 'state', type: 'string', required: true, enum: ['new', 'paid', 'shipped'] },
      { name: 'quantity', type: 'int', required: true, default: 1 },
      { name: 'size', type: 'int' },
      { name: 'created_at', type: 'timestamp', auto: 'create' },
    ],
  }
  const document = {
    entities: [order],
    state_machines: [
      {
        entity: 'order',
        field: 'state',
        definition: {
          initial: 'new',
          transitions: [
            { from: 'new', to: 'paid' },
            { from: 'paid', to: 'shipped' },
          ],
        },
      },
    ],
  }

  test('is in no input: keys, slugs and moments', async () => {
    const schema = await buildSchema(document)
    for (const name of ['OrderCreateInput', 'OrderUpdateInput', 'OrderBulkInput'])
      expect(partsOf(schema, name)).toEqual(['title', 'state', 'quantity', 'size'])
  })

  test('is in no input: computed fields', async () => {
    const definition = { field: 'size', expression: 'len(record.title)' }
    const rule = { entity: 'order', hook: 'before_write', type: 'computed', definition }
    const schema = await buildSchema({ ...document, rules: [rule] })
    for (const name of ['OrderCreateInput', 'OrderUpdateInput', 'OrderBulkInput'])
      expect(partsOf(schema, name)).toEqual(['title', 'state', 'quantity'])
  })

  test('need not be given: what has a default or a state machine', async () => {
    const type = (await buildSchema(document)).getType('OrderCreateInput')
    const fields = isInputObjectType(type) ? Object.values(type.getFields()) : []
    expect(fields.map((field) => `${field.name}: ${field.type}`)).toEqual([
      'title: String!',
      'state: OrderStateEnum',
      'quantity: Int',
      'size: Int',
    ])
  })

  test('a state machine brings a mutation, to states that something leads to', async () => {
    const schema = await buildSchema(document)
    expect(
      schema
        .getMutationType()
        ?.getFields()
        .transitionOrder?.args.map((each) => String(each.type)),
    ).toEqual([...['ID!', 'OrderTarget!', 'OrderUpdateInput', 'Int']])
    expect(partsOf(schema, 'OrderTarget')).toEqual(['PAID', 'SHIPPED'])
  })
})
