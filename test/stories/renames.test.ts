// A new name for an entity, a field or a relation: rows, rules, states and permissions stay, and speak of the new name.
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
let sql: postgres.Sql
beforeAll(async () => {
  server = await startTestServer()
  sql = postgres(server.appUrl, { max: 2, onnotice: () => {} })
  await importText(shop)
})
afterAll(async () => {
  await sql?.end()
  await server?.stop()
})

const shop = `version: 1
entities:
  - name: customer
    fields: [{ name: label, type: string, required: true }, { name: city, type: string }]
  - name: invoice
    unique_together: [[number, customer_id]]
    indexes: [[total]]
    slug: { field: slug, source: number }
    fields:
      - { name: number, type: string, required: true, unique: true, searchable: true }
      - { name: total, type: decimal, precision: 2 }
      - { name: status, type: string, default: draft }
      - { name: sent_at, type: timestamp }
      - { name: customer_id, type: uuid }
  - name: line
    fields: [{ name: invoice_id, type: uuid, required: true }, { name: amount, type: int }, { name: price, type: decimal, precision: 2 }]
  - { name: tag, primary_key: { field: code, type: string }, fields: [] }
  - { name: note, fields: [{ name: body, type: text }, { name: total, type: int }] }
relations:
  - { name: invoices, type: one_to_many, source: customer, target: invoice, target_key: customer_id, on_delete: set_null }
  - { name: lines, type: one_to_many, source: invoice, target: line, target_key: invoice_id, on_delete: cascade }
  - { name: tags, type: many_to_many, source: invoice, target: tag }
rules:
  - { entity: invoice, name: sum, type: computed, definition: { field: total, expression: 'sum(related.lines, "amount * price") + 0 * len("total")', related_load: [{ relation: lines, filter: { amount: [1, 2, 3] } }] } }
  - { entity: line, type: expression, definition: { expression: record.amount < 0 || old.amount > 100, message: Too few, field: amount } }
  - { entity: note, type: field, definition: { field: total, operator: min, value: 1 } }
state_machines:
  - entity: invoice
    field: status
    definition:
      initial: draft
      transitions:
        - { from: draft, to: sent, guard: record.total > 0, actions: [{ type: set_field, field: sent_at, value: now }, { type: create_record, entity: note, values: { body: { expression: record.number }, total: 1 } }] }
workflows:
  - name: large
    trigger: { type: state_change, entity: invoice, field: status, to: sent }
    context: { sum: record.total, first: trigger.record.number }
    steps:
      - { id: check, type: condition, expression: "record.total > 1000", on_true: { goto: mark }, on_false: { goto: end } }
      - { id: mark, type: action, actions: [{ type: set_field, entity: invoice, field: number, value: X }, { type: create_record, entity: line, values: { invoice_id: { expression: record.id }, amount: 1 } }], then: { goto: end } }
webhooks:
  - { entity: invoice, hook: after_write, url: "https://hooks.example.com/total", condition: record.total > 5 && old.number != record.number && changes.total == 1 }
permissions:
  - { entity: invoice, action: read, roles: [clerk], expression: "record.customer.city == 'Rome'", fields: [number, total], conditions: [{ field: status, operator: eq, value: sent }] }
`

const admin = async (query: string, variables = {}) => dataOf(await server.send('admin', query, variables))
const data = async (query: string) => dataOf(await server.send('data', query))
const importText = (document: string) =>
  admin('mutation($document: String!) { importMetadata(document: $document, prune: true) { revision } }', {
    document,
  })
const exportText = async () => (await admin('{ exportMetadata }')).exportMetadata as string
const rename = async (call: string) =>
  (await admin(`mutation { ${call} { revision steps } }`))[call.slice(0, call.indexOf('('))]
const constraints = async () =>
  (
    await sql`select conname as name from pg_constraint where connamespace = 'public'::regnamespace and conname ~ '^(key|reference)__'
      union select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'i' and relname ~ '^(index|unique|search)' order by 1`
  ).map(({ name }) => String(name))

describe('a rename', () => {
  it('of a field moves the column, and every definition that means it', async () => {
    await data('mutation { createCustomer(input: { label: "A", city: "Rome" }) { id } }')
    await data(
      `mutation { createInvoice(input: { number: "N1", lines: { data: [{ amount: 2, price: "1.50" }] } }) { id total } }`,
    )
    await rename('renameField(entity: "line", name: "amount", to: "pieces")')
    await rename('renameField(entity: "invoice", name: "number", to: "serial")')
    const { steps } = await rename('renameField(entity: "invoice", name: "total", to: "gross")')
    expect(steps).toEqual([
      'alter table "invoices" rename column "total" to "gross"',
      'alter index if exists "index__invoices__total" rename to "index__invoices__gross"',
    ])
    const { invoices } = await data('{ invoices { nodes { serial gross slug lines { nodes { pieces } } } } }')
    expect(invoices.nodes).toEqual([
      { serial: 'N1', gross: '3.00', slug: 'n1', lines: { nodes: [{ pieces: 2 }] } },
    ])
    const text = await exportText()
    expect(text).toContain('sum(related.lines, "pieces * price") + 0 * len("total")')
    for (const part of [
      '            pieces:\n              - 1',
      'expression: record.pieces < 0 || old.pieces > 100',
      'guard: record.gross > 0',
      'source: serial',
      'expression: record.serial',
      'first: trigger.record.serial',
      'sum: record.gross',
      'expression: record.gross > 1000',
      'field: serial\n            value: X',
      'condition: record.gross > 5 && old.serial != record.serial && changes.gross == 1',
      'url: https://hooks.example.com/total',
    ])
      expect(text).toContain(part)
    expect(text).toContain('field: total\n      operator: min')
    expect(text).toMatch(/fields:\n {6}- serial\n {6}- gross/)
  })

  it('of an entity moves its table, and keeps the names of its relations', async () => {
    const { steps } = await rename('renameEntity(name: "invoice", to: "bill")')
    expect(steps[0]).toBe('alter table "invoices" rename to "bills"')
    expect(steps.filter((step: string) => /^(create|drop)/.test(step))).toEqual([])
    const { bills } = await data(
      '{ bills { nodes { serial status lines { nodes { invoice { serial } } } } } }',
    )
    expect(bills.nodes).toEqual([
      { serial: 'N1', status: 'DRAFT', lines: { nodes: [{ invoice: { serial: 'N1' } }] } },
    ])
    await data(
      'mutation { createBill(input: { serial: "N2", tags: { data: [{ id: "t", create: true }] } }) { id } }',
    )
    expect(
      (await data('{ billBy(key: { slug: "n2" }) { tags { nodes { id } } } }')).billBy.tags.nodes,
    ).toEqual([{ id: 't' }])
  })

  it('of a relation gives it another name on its source', async () => {
    await rename('renameRelation(source: "bill", name: "lines", to: "rows")')
    expect(await exportText()).toContain('sum(related.rows, "pieces * price")')
    await data(
      'mutation { createBill(input: { serial: "N3", rows: { data: [{ pieces: 3, price: "2.00" }] } }) { id } }',
    )
    expect((await data('{ billBy(key: { serial: "N3" }) { gross } }')).billBy.gross).toBe('6.00')
  })

  it('leaves rules, states and permissions at work', async () => {
    const { billBy } = await data('{ billBy(key: { serial: "N3" }) { id } }')
    const sent = await server.send(
      'data',
      `mutation { transitionBill(id: "${billBy.id}", to: SENT) { status sentAt } }`,
    )
    expect(dataOf(sent).transitionBill).toMatchObject({ status: 'SENT' })
    expect((await data('{ notes { nodes { body total } } }')).notes.nodes).toEqual([{ body: 'N3', total: 1 }])
    const broken = await server.send(
      'data',
      'mutation { createBill(input: { serial: "N4", rows: { data: [{ pieces: -1 }] } }) { id } }',
    )
    expect(errorOf(broken)).toBe('VALIDATION_FAILED: rows.data[0].pieces: Too few')
    expect((await admin('{ metadata { quarantined { name } } }')).metadata.quarantined).toEqual([])
  })

  it('leaves the database as if it had had the names from the start', async () => {
    const exported = await exportText()
    const found = await constraints()
    const other = await startTestServer()
    const there = postgres(other.appUrl, { max: 1, onnotice: () => {} })
    try {
      const importing = 'mutation($d: String!) { importMetadata(document: $d) { revision } }'
      dataOf(await other.send('admin', importing, { d: exported }))
      expect(dataOf(await other.send('admin', '{ exportMetadata }')).exportMetadata).toBe(exported)
      const wanted =
        await there`select conname as name from pg_constraint where connamespace = 'public'::regnamespace and conname ~ '^(key|reference)__'
        union select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'i' and relname ~ '^(index|unique|search)' order by 1`
      expect(found).toEqual(wanted.map(({ name }) => name))
    } finally {
      await there.end()
      await other.stop()
    }
  })

  it('is undone by the way back', async () => {
    await admin('mutation { rollbackMetadata(revision: 1) { revision } }')
    expect(await exportText()).toBe(
      await (async () => {
        await importText(shop)
        return await exportText()
      })(),
    )
    const { invoices } = await data('{ invoices(orderBy: [{ number: ASC }]) { nodes { number total } } }')
    expect(invoices.nodes).toEqual([
      { number: 'N1', total: '3.00' },
      { number: 'N2', total: '0.00' },
      { number: 'N3', total: '6.00' },
    ])
  })

  it.each([
    [
      'renameEntity(name: "invoce", to: "bill")',
      'NOT_FOUND: No entity "invoce" is defined (did you mean "invoice"?)',
    ],
    ['renameEntity(name: "invoice", to: "note")', 'VALIDATION_FAILED: to: is taken: "note"'],
    ['renameEntity(name: "invoice", to: "Bill")', /^VALIDATION_FAILED: to: must be lower case/],
    [
      'renameEntity(name: "invoice", to: "query")',
      /^VALIDATION_FAILED: entities\.query\.name: makes the type "Query", which belongs to the API/,
    ],
    ['renameField(entity: "x", name: "a", to: "b")', 'NOT_FOUND: No entity "x" is defined'],
    [
      'renameField(entity: "line", name: "amont", to: "b")',
      'NOT_FOUND: No field of line "amont" is defined (did you mean "amount"?)',
    ],
    ['renameField(entity: "line", name: "amount", to: "price")', 'VALIDATION_FAILED: to: is taken: "price"'],
    [
      'renameField(entity: "line", name: "amount", to: "deleted_at")',
      /^VALIDATION_FAILED: entities\.line\.fields\[1\]\.name: is reserved/,
    ],
    [
      'renameField(entity: "line", name: "amount", to: "invoice")',
      /stands in the API as line\.invoice, which is taken/,
    ],
    [
      'renameRelation(source: "invoice", name: "tag", to: "b")',
      'NOT_FOUND: No relation of invoice "tag" is defined (did you mean "tags"?)',
    ],
    [
      'renameRelation(source: "invoice", name: "tags", to: "total")',
      /which is taken by the field invoice\.total/,
    ],
    [
      'renameField(entity: "line", name: "amount", to: "b", expectRevision: 1)',
      /^CONFLICT: Expected revision 1/,
    ],
  ])('%s is refused', async (call, message) => {
    const before = await exportText()
    const error = errorOf(await server.send('admin', `mutation { ${call} { revision } }`))
    if (typeof message === 'string') expect(error).toBe(message)
    else expect(error).toMatch(message)
    expect(await exportText()).toBe(before)
  })

  it('onto a table or column that was left behind is refused', async () => {
    await sql`create table bills (id int)`
    await sql`alter table lines add column pieces int`
    expect(
      errorOf(
        await server.send('admin', 'mutation { renameEntity(name: "invoice", to: "bill") { revision } }'),
      ),
    ).toBe(
      'VALIDATION_FAILED: entities.bill.table: is taken: a table bills stands there already; drop it first',
    )
    const column = 'mutation { renameField(entity: "line", name: "amount", to: "pieces") { revision } }'
    expect(errorOf(await server.send('admin', column))).toBe(
      'VALIDATION_FAILED: entities.line.fields[1]: is taken: lines has a column pieces already; drop it first',
    )
  })
})

it('a workflow that is under way goes on under the new names', async () => {
  await importText(`entities:
  - { name: leave, fields: [{ name: state, type: string, default: asked }, { name: days, type: int }, { name: note, type: string }] }
workflows:
  - name: allow
    trigger: { type: record_created, entity: leave }
    context: { days: record.days }
    steps:
      - { id: ask, type: approval, assignee: { type: role, role: admin }, on_approve: { goto: mark }, on_reject: { goto: end } }
      - { id: mark, type: action, actions: [{ type: set_field, entity: leave, field: state, value: granted }, { type: set_field, field: note, value: { expression: string(trigger.record.days) } }], then: { goto: end } }
`)
  await data('mutation { createLeave(input: { days: 3 }) { id } }')
  const find = async () => (await data('{ pendingApprovals { nodes { id } } }')).pendingApprovals.nodes
  await expect.poll(find, { timeout: 10_000 }).toHaveLength(1)
  await rename('renameEntity(name: "leave", to: "absence")')
  await rename('renameField(entity: "absence", name: "state", to: "stage")')
  await rename('renameField(entity: "absence", name: "days", to: "length")')
  const [{ id }] = await find()
  await data(`mutation { approveStep(id: "${id}") { id } }`)
  const records = async () => (await data('{ absences { nodes { stage length note } } }')).absences.nodes
  await expect.poll(records, { timeout: 10_000 }).toEqual([{ stage: 'granted', length: 3, note: '3' }])
})

it('the way back goes by steps where what was renamed is gone', async () => {
  const field = (name: string) =>
    `entities: [{ name: memo, fields: [{ name: ${name}, type: string }, { name: more, type: int }] }]`
  await importText(field('body'))
  const start = (await admin('{ metadata { revision } }')).metadata.revision
  await data('mutation { createMemo(input: { body: "kept" }) { id } }')
  await rename('renameField(entity: "memo", name: "body", to: "content")')
  await importText(field('other'))
  const back = (revision: number) =>
    server.send('admin', `mutation { rollbackMetadata(revision: ${revision}) { revision } }`)
  expect(errorOf(await back(start))).toBe(
    `CONFLICT: There is no way back to revision ${start} in one step: body was renamed to content in revision ${start + 1}, and No field of memo "content" is defined; go back to revision ${start + 1} first`,
  )
  expect([errorOf(await back(start + 1)), errorOf(await back(start))]).toEqual(['no error', 'no error'])
  expect((await data('{ memos { nodes { body } } }')).memos.nodes).toEqual([{ body: 'kept' }])
})

it('the history of a record goes on under the new name, and what comes under the old one has its own', async () => {
  const noun = (name: string) =>
    `entities: [{ name: ${name}, primary_key: { field: id, type: int, generated: false }, fields: [{ name: label, type: string }] }]`
  const history = async (type: string) =>
    (await data(`{ ${type}(id: "1") { history { totalCount nodes { action new } } } }`))[type].history
  const labels = async (type: string) =>
    (await history(type)).nodes.map((node: { new: { label: string } }) => node.new.label)
  await importText(noun('crate'))
  await data('mutation { createCrate(input: { id: "1", label: "as crate" }) { id } }')
  await rename('renameEntity(name: "crate", to: "box")')
  await data('mutation { updateBox(id: "1", input: { label: "as box" }) { id } }')
  await admin('mutation($document: String!) { importMetadata(document: $document) { revision } }', {
    document: noun('crate'),
  })
  await data('mutation { createCrate(input: { id: "1", label: "another crate" }) { id } }')
  await rename('renameEntity(name: "box", to: "chest")')
  await data('mutation { updateChest(id: "1", input: { label: "as chest" }) { id } }')

  expect(await labels('chest')).toEqual(['as chest', 'as box', 'as crate'])
  expect((await history('chest')).totalCount).toBe(3)
  expect(await labels('crate')).toEqual(['another crate'])
  await rename('renameEntity(name: "crate", to: "tray")')
  await rename('renameEntity(name: "chest", to: "crate")')
  expect(await labels('crate')).toEqual(['as chest', 'as box', 'as crate'])
  expect(await labels('tray')).toEqual(['another crate'])
})
