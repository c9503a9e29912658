// Where a record may go next, through the front door: the states, whether you may, and why not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

const document = {
  version: 1,
  entities: [
    {
      name: 'bill',
      fields: [
        { name: 'title', type: 'string' },
        { name: 'status', type: 'string', enum: ['draft', 'sent', 'paid', 'void'] },
        { name: 'total', type: 'decimal', precision: 2, default: '0' },
        { name: 'due_on', type: 'date' },
        { name: 'customer_id', type: 'uuid' },
      ],
    },
    {
      name: 'line',
      fields: [
        { name: 'amount', type: 'int' },
        { name: 'bill_id', type: 'uuid' },
      ],
    },
    {
      name: 'customer',
      fields: [
        { name: 'name', type: 'string' },
        { name: 'is_good', type: 'boolean' },
      ],
    },
    { name: 'lamp', fields: [{ name: 'light', type: 'string' }] },
    { name: 'plain', fields: [{ name: 'status', type: 'string' }] },
  ],
  relations: [
    { name: 'lines', type: 'one_to_many', source: 'bill', target: 'line', target_key: 'bill_id' },
    { name: 'bills', type: 'one_to_many', source: 'customer', target: 'bill', target_key: 'customer_id' },
  ],
  state_machines: [
    {
      entity: 'bill',
      field: 'status',
      definition: {
        initial: 'draft',
        transitions: [
          { from: 'draft', to: 'sent', roles: ['Accountant'], guard: 'record.total > 0' },
          {
            from: 'sent',
            to: 'paid',
            guard: 'len(related.lines) > 0 && related.customer.is_good',
            related_load: [{ relation: 'lines' }, { relation: 'customer' }],
          },
          { from: ['draft', 'sent'], to: 'void', guard: 'record.due_on != nil && record.due_on < today()' },
        ],
      },
    },
    {
      entity: 'lamp',
      field: 'light',
      definition: { initial: 'on/off', transitions: [{ from: 'on/off', to: 'out of order' }] },
    },
  ],
}

let server: Server
beforeAll(async () => {
  server = await startTestServer()
  const importMetadata = 'mutation($document: String!) { importMetadata(document: $document) { revision } }'
  dataOf(await server.send('admin', importMetadata, { document: JSON.stringify(document) }))
})
afterAll(() => server?.stop())

async function ask(query: string, variables?: unknown) {
  return dataOf(await server.send('data', query, variables))
}

const options = 'transitions { to allowed reason }'

async function makeBill(input: string): Promise<string> {
  return (await ask(`mutation { createBill(input: { ${input} }) { id } }`)).createBill.id
}

describe('the transitions of a record', () => {
  test('are the states that lead on from its own, with the reason where one is closed', async () => {
    const id = await makeBill('total: "0"')
    expect(await ask(`{ bill(id: "${id}") { status ${options} } }`)).toEqual({
      bill: {
        status: 'DRAFT',
        transitions: [
          { to: 'SENT', allowed: false, reason: 'the guard does not hold: record.total > 0' },
          {
            to: 'VOID',
            allowed: false,
            reason: 'the guard does not hold: record.due_on != nil && record.due_on < today()',
          },
        ],
      },
    })
  })

  test('open when the record is such that their guards hold', async () => {
    const id = await makeBill('total: "0.01", dueOn: "2020-01-31"')
    expect((await ask(`{ bill(id: "${id}") { ${options} } }`)).bill.transitions).toEqual([
      { to: 'SENT', allowed: true, reason: null },
      { to: 'VOID', allowed: true, reason: null },
    ])
  })

  test('look at related rows where their guards do', async () => {
    const { createCustomer } = await ask('mutation { createCustomer(input: { isGood: true }) { id } }')
    const id = await makeBill(`total: "1", customerId: "${createCustomer.id}"`)
    await ask(`mutation { transitionBill(id: "${id}", to: SENT) { id } }`)
    const before = await ask(`{ bill(id: "${id}") { ${options} } }`)
    await ask(`mutation { createLine(input: { amount: 1, billId: "${id}" }) { id } }`)
    const after = await ask(`{ bill(id: "${id}") { ${options} } }`)
    expect([before.bill.transitions[0].allowed, after.bill.transitions[0]]).toEqual([
      false,
      { to: 'PAID', allowed: true, reason: null },
    ])
  })

  test.each([
    ['allows', '"1"', true],
    ['refuses', '"0"', false],
  ])('tell what the mutation does: it %s the same', async (_verb, total, allowed) => {
    const id = await makeBill(`total: ${total}`)
    const { bill } = await ask(`{ bill(id: "${id}") { transitions { to allowed } } }`)
    const reply = await server.send('data', `mutation { transitionBill(id: "${id}", to: SENT) { status } }`)
    expect([bill.transitions[0], reply.errors === undefined]).toEqual([{ to: 'SENT', allowed }, allowed])
  })

  test('come back with the mutation that changes the state, from the new one', async () => {
    const id = await makeBill('total: "1"')
    const data = await ask(`mutation { transitionBill(id: "${id}", to: SENT) { status transitions { to } } }`)
    expect(data.transitionBill).toEqual({ status: 'SENT', transitions: [{ to: 'PAID' }, { to: 'VOID' }] })
  })

  test('are told for every record of a list', async () => {
    const { createCustomer } = await ask('mutation { createCustomer(input: { name: "List" }) { id } }')
    for (const total of ['"0"', '"2"']) await makeBill(`total: ${total}, customerId: "${createCustomer.id}"`)
    const { customer } = await ask(
      `{ customer(id: "${createCustomer.id}") { bills(orderBy: [{ total: ASC }]) { nodes { transitions { allowed } } } } }`,
    )
    expect(customer.bills.nodes).toEqual([
      { transitions: [{ allowed: false }, { allowed: false }] },
      { transitions: [{ allowed: true }, { allowed: false }] },
    ])
  })

  test('are none for a deleted record', async () => {
    const id = await makeBill('total: "1"')
    await ask(`mutation { deleteBill(id: "${id}") { id } }`)
    const { bills } = await ask(
      `{ bills(deleted: ONLY, where: { id: { eq: "${id}" } }) { nodes { transitions { to } } } }`,
    )
    expect(bills.nodes).toEqual([{ transitions: [] }])
  })

  test('name states that cannot be enum values as text', async () => {
    const data = await ask('mutation { createLamp(input: {}) { transitions { to allowed } } }')
    expect(data.createLamp.transitions).toEqual([{ to: 'out of order', allowed: true }])
  })

  test('are not there where an entity has no machine', async () => {
    expect(errorOf(await server.send('data', '{ plains { nodes { transitions { to } } } }'))).toBe(
      'GRAPHQL_VALIDATION_FAILED: Cannot query field "transitions" on type "Plain".',
    )
  })
})
