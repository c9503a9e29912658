// What a definition of a permission may say, by itself and of its entity, and that documents keep it without loss.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../../src/database/connect.ts'
import type { Problem } from '../../src/errors.ts'
import { readDocument, writeDocument } from '../../src/metadata/document.ts'
import { planImport } from '../../src/metadata/import.ts'
import { readPermission, writePermission } from '../../src/metadata/permission.ts'
import { draftRegistry } from '../../src/metadata/register.ts'
import { nameSides } from '../../src/metadata/sides.ts'
import { saveMetadata } from '../../src/metadata/store.ts'
import {
  type App,
  outcomeOf,
  readGoodEntity,
  readGoodPermission,
  readGoodRelation,
  readGoodRule,
  startApp,
  type Written,
} from './app.ts'

type Told = string | RegExp

function expectProblems(found: readonly string[], wanted: readonly Told[]): void {
  expect(found).toEqual(wanted.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))))
}

function problemsOf(written: unknown): readonly string[] {
  const problems: Problem[] = []
  readPermission(written, 'permissions[0]', problems)
  return problems.map(({ path, message }) => `${path}: ${message}`)
}

const read = (more: Written = {}): Written => ({
  entity: 'invoice',
  action: 'read',
  roles: ['clerk'],
  ...more,
})
const when = (field: string, operator: string, value?: unknown): Written =>
  read({ conditions: [{ field, operator, value }] })

describe('a permission', () => {
  it.each<[written: unknown, ...problems: Told[]]>([
    [
      5,
      'permissions[0]: must be an object, found 5',
      'permissions[0].entity: is missing',
      'permissions[0].action: is missing; it is one of read, create, update, delete',
      'permissions[0].roles: must name at least one role',
    ],
    [
      read({ role: 'clerk' }),
      /^permissions\[0\]\.role: is not known here \(did you mean "roles"\?\); known are entity, /,
    ],
    [
      read({ action: 'write' }),
      /^permissions\[0\]\.action: must be one of read, create, update, delete; found "write"/,
    ],
    [read({ roles: [] }), 'permissions[0].roles: must name at least one role'],
    [read({ roles: 'clerk' }), 'permissions[0].roles: must be a list, found "clerk"'],
    [
      read({ roles: ['clerk', 'Admin'] }),
      'permissions[0].roles[1]: needs no permission: admin may do everything; leave it out',
    ],
    [
      read({ roles: ['sales manager'] }),
      /^permissions\[0\]\.roles\[0\]: must be lower case words joined by single underscores/,
    ],
    [read({ fields: [] }), 'permissions[0].fields: must name at least one field; leave them out to mean all'],
    [read({ fields: ['number', 'number'] }), 'permissions[0].fields[1]: is listed twice: "number"'],
    [
      read({ action: 'delete', fields: ['number'] }),
      'permissions[0].fields: are not for delete, which takes the whole record',
    ],
    [read({ expression: ' ' }), 'permissions[0].expression: must be an expression, found empty text'],
    [
      read({ conditions: [{}] }),
      'permissions[0].conditions[0].field: is missing',
      /^permissions\[0\]\.conditions\[0\]\.operator: is missing; it is one of eq, neq, in, not_in, /,
    ],
    [
      when('customer.region', 'eq', 'north'),
      'permissions[0].conditions[0].field: must be a field of the record itself, found "customer.region"; an expression can read record.customer.region',
    ],
    [
      when('status', 'equals', 'sent'),
      /^permissions\[0\]\.conditions\[0\]\.operator: must be one of eq, .*; found "equals"/,
    ],
    [
      when('status', 'eq'),
      'permissions[0].conditions[0].value: is missing; eq compares with it (is_null asks for nothing)',
    ],
    [when('status', 'eq', ['a']), 'permissions[0].conditions[0].value: must be one value, found ["a"]'],
    [
      when('status', 'in', 'a'),
      'permissions[0].conditions[0].value: must be a list of values for in, found "a"',
    ],
    [
      when('status', 'not_in', []),
      'permissions[0].conditions[0].value: must be a list of values for not_in, found []',
    ],
    [
      when('status', 'in', ['a', null]),
      'permissions[0].conditions[0].value[1]: must be one value, found null',
    ],
    [
      when(
        'count',
        'in',
        Array.from({ length: 1_001 }, (_, index) => index),
      ),
      'permissions[0].conditions[0].value: must be at most 1000 values, found 1001',
    ],
    [
      when('status', 'is_null', 'yes'),
      'permissions[0].conditions[0].value: must be true or false for is_null, found "yes"',
    ],
    [
      when('status', 'eq', '{{user.name}}'),
      'permissions[0].conditions[0].value: is no place that is known: "{{user.name}}"; known are user.id, user.email, user.roles, now, user.attributes.<name>',
    ],
    [
      when('status', 'eq', '{{ user.rols }}'),
      /is no place that is known: "\{\{ user\.rols \}\}" \(did you mean "user\.roles"\?\); known are user\.id/,
    ],
    [
      when('status', 'eq', '{{user.attributes}}'),
      /^permissions\[0\]\.conditions\[0\]\.value: is no place that is known/,
    ],
    [
      when('status', 'in', ['a', 'user-{{user.id}}']),
      'permissions[0].conditions[0].value[1]: must be a place by itself, such as "{{user.id}}", or a text without "{{"; found "user-{{user.id}}"',
    ],
    [
      when('status', 'eq', '{{user.id'),
      /^permissions\[0\]\.conditions\[0\]\.value: must be a place by itself/,
    ],
  ])('of %j is refused', (written, ...problems) => {
    expectProblems(problemsOf(written), problems)
  })

  it.each<Written>([
    { entity: 'a', action: 'delete', roles: ['b'] },
    {
      entity: 'a',
      action: 'update',
      roles: ['b', 'anonymous'],
      conditions: [
        { field: 'c', operator: 'eq', value: false },
        { field: 'd', operator: 'in', value: ['x', '{{user.id}}'] },
        { field: 'e', operator: 'not_in', value: '{{user.attributes.regions}}' },
        { field: 'f', operator: 'is_null', value: true },
        { field: 'g', operator: 'lte', value: '{{ now }}' },
      ],
      expression: 'record.h.i == user.id',
      fields: ['j'],
    },
  ])('is written as it was read: %j', (written) => {
    expect(JSON.stringify(writePermission(readGoodPermission(written)))).toBe(JSON.stringify(written))
  })

  it('has its roles in lower case, each once, and asks is_null for true', () => {
    const written = when('status', 'is_null')
    expect(readGoodPermission({ ...written, roles: ['Clerk', 'clerk'] })).toEqual({
      entity: 'invoice',
      action: 'read',
      roles: ['clerk'],
      conditions: [{ field: 'status', operator: 'is_null', value: true }],
    })
  })
})

const customer: Written = {
  name: 'customer',
  fields: [
    { name: 'region', type: 'string' },
    { name: 'extra', type: 'json' },
  ],
}
const invoice: Written = {
  name: 'invoice',
  slug: { source: 'number' },
  fields: [
    { name: 'number', type: 'string', required: true },
    { name: 'status', type: 'string', enum: ['draft', 'sent', 'paid'], default: 'draft' },
    { name: 'mood', type: 'string', enum: ['good', 'bad'] },
    { name: 'count', type: 'int' },
    { name: 'total', type: 'decimal', precision: 2 },
    { name: 'gross', type: 'decimal' },
    { name: 'is_open', type: 'boolean', default: true },
    { name: 'due_on', type: 'date' },
    { name: 'sent_at', type: 'timestamp' },
    { name: 'opens_at', type: 'time' },
    { name: 'extra', type: 'json' },
    { name: 'paper', type: 'file' },
    { name: 'cost', type: 'decimal', hidden: true },
    { name: 'code', type: 'string', secret: true },
    { name: 'created_at', type: 'timestamp', auto: 'create' },
    { name: 'owner_id', type: 'uuid' },
    { name: 'customer_id', type: 'uuid' },
  ],
}
const coupon: Written = {
  name: 'coupon',
  primary_key: { field: 'code', type: 'string' },
  fields: [{ name: 'label', type: 'string' }],
}
const invoices: Written = { name: 'invoices', type: 'one_to_many', source: 'customer', target: 'invoice' }
const gross: Written = {
  entity: 'invoice',
  type: 'computed',
  definition: { field: 'gross', expression: 'record.total * 1.2' },
}

function misfitsOf(...written: readonly Written[]): readonly string[] {
  const definitions = nameSides({
    entities: [customer, invoice, coupon].map(readGoodEntity),
    relations: [readGoodRelation(invoices)],
    rules: [{ ...readGoodRule(gross), id: 'gross' }],
    permissions: written.map((each, index) => ({ ...readGoodPermission(each), id: `id${index}` })),
  })
  return draftRegistry(1, definitions).problems.map(
    ({ kind, name, path, message }) => `${kind} ${name} ${path}: ${message}`,
  )
}

const never = 'the permission would never hold'

describe('a permission of an entity', () => {
  it.each<[written: Written, ...problems: Told[]]>([
    [read({ entity: 'invoic' }), 'entity: names no entity: "invoic" (did you mean "invoice"?)'],
    [
      read({ fields: ['number', 'totl'] }),
      'fields[1]: names no field of invoice: "totl" (did you mean "total"?)',
    ],
    [read({ fields: ['cost'] }), 'fields[0]: is hidden: the API has no such field; leave it out'],
    [
      read({ action: 'update', fields: ['code'] }),
      'fields[0]: is secret: the API has no such field; leave it out',
    ],
    [
      read({ action: 'create', fields: ['created_at', 'slug', 'gross', 'id'] }),
      'fields[0]: is set by the system (auto: create); nobody gives it, so leave it out',
      'fields[1]: is the slug, made from number; nobody gives it, so leave it out',
      'fields[2]: is computed by a rule; nobody gives it, so leave it out',
      'fields[3]: is the key, which the database makes; nobody gives it, so leave it out',
    ],
    [
      read({ entity: 'coupon', action: 'update', fields: ['code'] }),
      'fields[0]: is the key, which never changes; leave it out',
    ],
    [when('totl', 'eq', 1), 'conditions[0].field: names no field of invoice: "totl" (did you mean "total"?)'],
    [
      when('customer', 'is_null'),
      'conditions[0].field: names no field of invoice: "customer" (did you mean "customer_id"?)',
    ],
    [
      when('extra', 'contains', 'x'),
      'conditions[0].operator: contains is for string, text fields; extra is json',
    ],
    [
      when('total', 'contains', '1'),
      'conditions[0].operator: contains is for string, text fields; total is decimal',
    ],
    [when('extra', 'eq', 1), /^conditions\[0\]\.operator: eq is for string, .* fields; extra is json$/],
    [when('paper', 'neq', 'x'), /^conditions\[0\]\.operator: neq is for .* fields; paper is file$/],
    [when('is_open', 'gt', false), /^conditions\[0\]\.operator: gt is for .* fields; is_open is boolean$/],
    [when('owner_id', 'lt', 'x'), /^conditions\[0\]\.operator: lt is for .* fields; owner_id is uuid$/],
    [
      when('count', 'eq', 'two'),
      /^conditions\[0\]\.value: must be a whole number .*, found "two", because count is of type int$/,
    ],
    [
      when('count', 'in', [1, 2.5]),
      /^conditions\[0\]\.value\[1\]: must be a whole number .*, found 2.5, because count is of type int$/,
    ],
    [
      when('due_on', 'lt', 'soon'),
      'conditions[0].value: must be a date such as 2026-01-31, found "soon", because due_on is of type date',
    ],
    [
      when('status', 'eq', 'snt'),
      'conditions[0].value: must be one of draft, sent, paid; found "snt" (did you mean "sent"?)',
    ],
    [when('number', 'lt', '{{now}}'), 'conditions[0].value: {{now}} is a moment; number is of type string'],
    [
      when('count', 'eq', '{{user.id}}'),
      'conditions[0].value: {{user.id}} is the id of a user; count is of type int',
    ],
    [
      when('owner_id', 'eq', '{{user.email}}'),
      'conditions[0].value: {{user.email}} is a text; owner_id is of type uuid',
    ],
    [
      when('number', 'eq', '{{user.roles}}'),
      'conditions[0].value: {{user.roles}} is a list; it goes with in and not_in; number is of type string',
    ],
    [
      when('owner_id', 'in', '{{user.id}}'),
      'conditions[0].value: must be a list of values for in, found {{user.id}}, which is one',
    ],
    [
      when('count', 'in', [1, '{{now}}']),
      'conditions[0].value[1]: {{now}} is a moment; count is of type int',
    ],
    [when('is_open', 'is_null', true), `conditions[0].value: is never so: is_open is not nullable; ${never}`],
    [
      read({ expression: 'record.totl > 1' }),
      'expression: at character 8: reads invoice.totl, but invoice has no such field (did you mean "total"?)',
    ],
    [
      read({ expression: "record.custmer.region == 'x'" }),
      'expression: at character 8: reads invoice.custmer, but invoice has no such field (did you mean "customer"?)',
    ],
    [
      read({ expression: "record.customer.regio == 'x'" }),
      'expression: at character 17: reads customer.regio, but customer has no such field (did you mean "region"?)',
    ],
    [read({ expression: 'old.total > 1' }), /^expression: at character 1: does not know "old"/],
    [
      read({ expression: 'record.extra == 1' }),
      /^expression: can only compare record\.extra with nil in a permission/,
    ],
    [read({ expression: "matches(record.number, 'a')" }), /^expression: cannot call matches with fields/],
    [read({ expression: 'record.total' }), /^expression: must be true or false, but it is a number$/],
    [
      read({ expression: 'record.total > 1', conditions: [{ field: 'totl', operator: 'is_null' }] }),
      /^conditions\[0\]\.field: names no field/,
    ],
  ])('of %j is refused', (written, ...problems) => {
    const owner = `permission ${written.entity}.id0 `
    expectProblems(
      misfitsOf(written).map((each) => each.replace(owner, '')),
      problems,
    )
  })

  const both = (...conditions: readonly Written[]): Written => read({ conditions })
  const is = (field: string, operator: string, value: unknown): Written => ({ field, operator, value })

  it.each<[written: Written, problem: string]>([
    [both(is('status', 'eq', 'draft'), is('status', 'eq', 'sent')), 'status beside conditions[0]'],
    [
      both(is('status', 'in', ['draft', 'sent']), is('count', 'eq', 1), is('status', 'eq', 'paid')),
      'status beside conditions[0]',
    ],
    [
      both(is('status', 'neq', 'draft'), is('status', 'neq', 'sent'), is('status', 'not_in', ['paid'])),
      'status beside conditions[0] and conditions[1]',
    ],
    [both(is('is_open', 'neq', true), is('is_open', 'neq', false)), 'is_open beside conditions[0]'],
    [both(is('number', 'eq', 'abc'), is('number', 'contains', 'x')), 'number beside conditions[0]'],
    [both(is('count', 'eq', 1), is('count', 'is_null', true)), 'count beside conditions[0]'],
    [
      both(is('owner_id', 'is_null', true), is('owner_id', 'eq', '{{user.id}}')),
      'owner_id beside conditions[0]',
    ],
    [both(is('total', 'gt', '2'), is('total', 'lt', 1)), 'total beside conditions[0]'],
    [both(is('total', 'gte', '2.00'), is('total', 'lt', 2)), 'total beside conditions[0]'],
    [
      both(is('due_on', 'gt', '2026-01-02'), is('due_on', 'lte', '2026-01-02')),
      'due_on beside conditions[0]',
    ],
    [both(is('opens_at', 'eq', '08:30'), is('opens_at', 'gt', '08:30:00')), 'opens_at beside conditions[0]'],
  ])('%j leaves no value', (written, problem) => {
    expect(misfitsOf(written)).toEqual([
      expect.stringMatching(/^permission invoice\.id0 conditions\[[12]\]: leaves no value for /),
    ])
    expect(misfitsOf(written)[0]).toContain(`leaves no value for ${problem}; ${never}`)
  })

  it.each<string>([
    'false',
    "'a' == 'b'",
    'nil',
    '1 / 0 > 1',
    'record.total > 1 && false',
    "(record.total > 1 and 1 > 2) or 'x' in []",
  ])('whose expression is %s is refused', (expression) => {
    expect(misfitsOf(read({ expression }))).toEqual([
      `permission invoice.id0 expression: is never true, whatever the record; ${never}`,
    ])
  })

  it('of anonymous asks nothing that only users have', () => {
    const own = [is('owner_id', 'eq', '{{user.id}}')]
    expect(misfitsOf(read({ roles: ['anonymous'], conditions: own }))).toEqual([
      `permission invoice.id0 conditions[0].value: is nothing for anonymous: {{user.id}}; ${never}`,
    ])
    expect(misfitsOf(read({ roles: ['anonymous', 'clerk'], conditions: own }))).toEqual([])
    expect(
      misfitsOf(read({ roles: ['anonymous', 'clerk'], expression: 'record.owner_id == user.id' })),
    ).toEqual([
      'permission invoice.id0 expression: reads user.id, which anonymous does not have, and nil equals nil; give anonymous a permission of its own',
    ])
  })

  it.each<Written>([
    read({ fields: ['id', 'number', 'gross', 'slug', 'created_at'] }),
    read({ entity: 'coupon', action: 'create', fields: ['code', 'label'] }),
    read({ action: 'update', fields: ['status', 'customer_id'] }),
    both(is('number', 'contains', 'x'), is('mood', 'contains', 'oo'), is('mood', 'neq', 'bad')),
    both(is('mood', 'neq', 'good'), is('mood', 'neq', 'bad')),
    both(is('extra', 'is_null', false), is('paper', 'is_null', true)),
    both(is('count', 'gt', 1), is('count', 'lt', 3), is('total', 'gte', 2), is('total', 'lte', 2)),
    both(
      is('due_on', 'lte', '{{now}}'),
      is('sent_at', 'gt', '{{now}}'),
      is('number', 'in', '{{user.roles}}'),
    ),
    both(is('count', 'in', '{{user.attributes.counts}}'), is('count', 'gt', '{{user.attributes.a.b}}')),
    both(is('owner_id', 'eq', '{{user.id}}'), is('owner_id', 'neq', '{{user.attributes.boss}}')),
    read({ expression: 'record.customer.region == user.attributes.region && record.extra != nil' }),
    read({ expression: 'true' }),
  ])('%j is accepted', (written) => {
    expect(misfitsOf(written)).toEqual([])
  })

  it('may list more values than an expression could', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `${'x'.repeat(40)}\n"\\${index}`)
    expect(misfitsOf(when('number', 'in', values))).toEqual([])
  })
})

describe('permissions in documents', () => {
  let app: App
  beforeEach(async () => {
    app = await startApp()
  })
  afterEach(() => app.stop())

  const entities = [customer, invoice, coupon]
  const load = (document: Written, prune = false) =>
    saveMetadata(app.pool, planImport(readDocument(document), prune).edit, { verify: () => [] })
  const ids = async () => (await app.load()).definitions.permissions.map(({ id }) => id)

  const own = when('owner_id', 'eq', '{{user.id}}')
  const all: Written = { entity: 'invoice', action: 'read', roles: ['auditor'] }
  const labels: Written = { entity: 'coupon', action: 'update', roles: ['clerk'], fields: ['label'] }
  const document = { entities, relations: [invoices], permissions: [own, all, labels] }

  it('come out as they went in, by entity and then as they were defined', async () => {
    await load({ ...document, permissions: [labels, own, all] })
    const text = writeDocument((await app.load()).definitions, 'json')
    expect(JSON.parse(text).permissions).toEqual([own, all, labels])
    expect((await load(JSON.parse(text))).revision).toBe((await app.load()).revision)
    expect(writeDocument((await app.load()).definitions, 'json')).toBe(text)
  })

  it('of the entities that are named become those of the document; the same ones keep their ids', async () => {
    await load(document)
    const [first, second, third] = await ids()
    await load({ permissions: [all, { ...own, roles: ['boss'] }] })
    const found = await ids()
    expect(found).toEqual([second, third, expect.any(String)])
    expect(found[2]).not.toBe(first)
    await load({ entities: [coupon] })
    expect(await ids()).toEqual([second, found[2]])
  })

  it('with problems are told where they stand, and nothing is changed', async () => {
    await load(document)
    const { edit, locate } = planImport(
      readDocument({ permissions: [all, { ...own, fields: ['nmber'] }, { ...all, entity: 'nobody' }] }),
      false,
    )
    expect(await outcomeOf(saveMetadata(app.pool, edit, { verify: () => [], locate }))).toEqual([
      'VALIDATION_FAILED',
      'permissions[1].fields[0]: names no field of invoice: "nmber" (did you mean "number"?)',
      'permissions[2].entity: names no entity: "nobody"',
    ])
    expect(await ids()).toHaveLength(3)
  })

  it('that do not read or do not fit are set apart, and the rest holds', async () => {
    await load(document)
    const [first, second] = await ids()
    await run(app.pool, {
      text: `update _permissions set definition = definition || $2::text::jsonb where id = $1`,
      values: [first, '{"fields":["gone"]}'],
    })
    await run(app.pool, {
      text: `update _permissions set definition = '[]' where id = $1`,
      values: [second],
    })
    const { quarantined, entities: found } = await app.load()
    expect(quarantined).toEqual([
      {
        kind: 'permission',
        name: `invoice.${second}`,
        messages: expect.arrayContaining(['must be an object, found []']),
      },
      {
        kind: 'permission',
        name: `invoice.${first}`,
        messages: ['fields[0] names no field of invoice: "gone"'],
      },
    ])
    expect(found.get('invoice')?.policies.read).toEqual([])
    expect(found.get('coupon')?.policies.update).toHaveLength(1)
  })

  it('lean on their entity and its fields', async () => {
    await load(document)
    const fields = (invoice.fields as Written[]).filter(({ name }) => name !== 'owner_id')
    const [first] = await ids()
    const { edit } = planImport(
      readDocument({ entities: [{ ...invoice, fields }], permissions: [own] }),
      false,
    )
    expect(await outcomeOf(saveMetadata(app.pool, edit, { verify: () => [] }))).toEqual([
      'VALIDATION_FAILED',
      `permissions.invoice.${first}.conditions[0].field: names no field of invoice: "owner_id"`,
    ])
  })
})
