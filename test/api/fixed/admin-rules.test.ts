// Rules and state machines in the admin API: saved as they were written, or refused where they are wrong.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AdminApp, startAdmin } from './admin-app.ts'

let app: AdminApp
let send: AdminApp['send']

beforeEach(async () => {
  app = await startAdmin()
  send = app.send
  const create = 'mutation ($input: EntityInput!) { createEntity(input: $input) { name } }'
  const fields = [
    { name: 'number', type: 'STRING' },
    { name: 'status', type: 'STRING' },
    { name: 'total', type: 'DECIMAL' },
    { name: 'sent_at', type: 'TIMESTAMP' },
  ]
  await send(create, { input: { name: 'invoice', fields } })
  const keys = [
    { name: 'invoice_id', type: 'UUID' },
    { name: 'price', type: 'DECIMAL' },
  ]
  await send(create, { input: { name: 'item', fields: keys } })
  await send(
    'mutation { createRelation(input: { name: "items", type: ONE_TO_MANY, source: "invoice", target: "item" }) { name } }',
  )
})

afterEach(async () => {
  await app.stop()
})

const shownRule =
  'name entity hook type priority active definition { field operator value expression message stopOnFail relatedLoad { relation filter } }'
const createRule = `mutation ($input: RuleInput!, $revision: Int) { createRule(input: $input, expectRevision: $revision) { id ${shownRule} } }`
const longNumber = {
  name: 'long_number',
  entity: 'invoice',
  type: 'FIELD',
  definition: { field: 'number', operator: 'MIN_LENGTH', value: 3 },
}

async function idOf(input: unknown): Promise<string> {
  const { createRule: rule } = (await send(createRule, { input })) as { createRule: { id: string } }
  return rule.id
}

describe('a rule', () => {
  it('is saved, shown with every default filled in, and found by its id', async () => {
    const id = await idOf(longNumber)
    const rule = {
      ...longNumber,
      hook: 'BEFORE_WRITE',
      priority: 0,
      active: true,
      definition: {
        ...longNumber.definition,
        expression: null,
        message: null,
        stopOnFail: false,
        relatedLoad: [],
      },
    }
    expect(await send(`{ rule(id: "${id}") { ${shownRule} } }`)).toEqual({ rule })
    expect(await send(`{ rules(entity: "invoice") { id ${shownRule} } }`)).toEqual({
      rules: [{ id, ...rule }],
    })
    expect(await send('{ rules(entity: "item") { id } rule(id: "nobody") { id } }')).toEqual({
      rules: [],
      rule: null,
    })
  })

  it('may compute a field of related records, narrowed by data that keeps its keys', async () => {
    const relatedLoad = [
      { relation: 'items', filter: { invoice_id: '6f9619ff-8b86-4d11-b42d-00c04fc964ff' } },
    ]
    const definition = { field: 'total', expression: "sum(related.items, 'price')", relatedLoad }
    expect(
      await send(createRule, { input: { entity: 'invoice', type: 'COMPUTED', definition } }),
    ).toMatchObject({
      createRule: {
        name: null,
        type: 'COMPUTED',
        definition: {
          expression: "sum(related.items, 'price')",
          relatedLoad: [
            { relation: 'items', filter: { invoice_id: ['6f9619ff-8b86-4d11-b42d-00c04fc964ff'] } },
          ],
        },
      },
    })
  })

  it('is shown in the order in which it is asked', async () => {
    await idOf({ ...longNumber, name: 'second', priority: 1 })
    await idOf({ ...longNumber, name: 'third', priority: 1 })
    await idOf({ ...longNumber, name: 'first', priority: -1 })
    expect(await send('{ rules { name } }')).toEqual({
      rules: [{ name: 'first' }, { name: 'second' }, { name: 'third' }],
    })
  })

  it.each([
    [
      { ...longNumber, definition: { field: 'number', operator: 'MIN_LENGTH', value: 'three' } },
      'input.definition.value',
      'must be a whole number from 0 to 1000000, found "three"',
    ],
    [
      { ...longNumber, definition: { field: 'numbr', operator: 'NOT_EMPTY' } },
      'input.definition.field',
      'names no field of invoice: "numbr" (did you mean "number"?)',
    ],
    [
      { ...longNumber, definition: { expression: 'true', field: 'number', operator: 'NOT_EMPTY' } },
      'input.definition.expression',
      'is not for field rules; those have field, operator, value, message, stop_on_fail',
    ],
    [
      {
        entity: 'invoice',
        type: 'EXPRESSION',
        definition: { expression: 'false', relatedLoad: [{ relation: 'item', filter: { sent_at: 1 } }] },
      },
      'input.definition.relatedLoad[0].relation',
      'names no relation of invoice: "item" (did you mean "items"?)',
    ],
    [
      {
        entity: 'invoice',
        type: 'EXPRESSION',
        definition: { expression: 'false', relatedLoad: [{ relation: 'items', filter: { sent_at: 1 } }] },
      },
      'input.definition.relatedLoad[0].filter.sent_at',
      'names no field of item: "sent_at"',
    ],
    [
      { entity: 'invoice', type: 'EXPRESSION', definition: { expression: 'count(related.items) > 9' } },
      'input.definition.expression',
      'reads related.items, which is not loaded; add { relation: items } to related_load',
    ],
  ])('of %j is refused where it is wrong', async (input, path, message) => {
    expect(await send(createRule, { input })).toEqual({
      code: 'VALIDATION_FAILED',
      message: `${path}: ${message}`,
      details: [{ path, message }],
    })
    expect(await send('{ rules { id } metadata { revision } }')).toEqual({
      rules: [],
      metadata: { revision: 3 },
    })
  })

  it('gets no name that is taken', async () => {
    await idOf(longNumber)
    expect(await send(createRule, { input: longNumber })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'input.name: is taken by another rule of invoice: "long_number"',
    })
  })

  it('is changed in its place, and stays with its entity', async () => {
    const id = await idOf(longNumber)
    const update = `mutation ($id: ID!, $input: RuleInput!) { updateRule(id: $id, input: $input) { id name definition { value } } }`
    const definition = { ...longNumber.definition, value: 5 }
    expect(await send(update, { id, input: { ...longNumber, name: 'longer', definition } })).toEqual({
      updateRule: { id, name: 'longer', definition: { value: 5 } },
    })
    expect(await send(update, { id, input: { ...longNumber, entity: 'item' } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'input.entity: must stay "invoice", found "item"; define another instead',
    })
    expect(await send(update, { id: 'x', input: longNumber })).toEqual({
      code: 'NOT_FOUND',
      message: 'No rule has the id "x"',
    })
  })

  it('is deleted by its id', async () => {
    const id = await idOf(longNumber)
    expect(await send('mutation ($id: ID!) { deleteRule(id: $id) { revision } }', { id })).toEqual({
      deleteRule: { revision: 5 },
    })
    expect(await send('mutation ($id: ID!) { deleteRule(id: $id) { revision } }', { id })).toEqual({
      code: 'NOT_FOUND',
      message: `No rule has the id "${id}"`,
    })
  })

  it('is refused when somebody else was faster', async () => {
    expect(await send(createRule, { input: longNumber, revision: 2 })).toMatchObject({ code: 'CONFLICT' })
  })
})

const createMachine =
  'mutation ($input: StateMachineInput!) { createStateMachine(input: $input) { entity field active states } }'
const machine = {
  entity: 'invoice',
  field: 'status',
  definition: {
    initial: 'draft',
    transitions: [
      {
        from: ['draft'],
        to: 'sent',
        roles: ['Clerk'],
        guard: 'record.total > 0',
        actions: [
          { type: 'SET_FIELD', field: 'sent_at', value: 'now' },
          { type: 'SET_FIELD', field: 'number', value: null, entity: null },
          { type: 'CREATE_RECORD', entity: 'item', values: { invoice_id: { expression: 'record.id' } } },
        ],
      },
    ],
  },
}

describe('a state machine', () => {
  it('is saved and shown, and the entity is shown as it was defined', async () => {
    expect(await send(createMachine, { input: machine })).toEqual({
      createStateMachine: { entity: 'invoice', field: 'status', active: true, states: ['draft', 'sent'] },
    })
    const shown = `{ stateMachines(entity: "invoice") { definition { initial transitions {
      from to roles guard relatedLoad { relation } actions { type field value entity values } } } } }`
    const bare = { field: null, value: null, entity: null, values: null }
    const actions = [
      { ...bare, type: 'SET_FIELD', field: 'sent_at', value: 'now' },
      { ...bare, type: 'SET_FIELD', field: 'number' },
      { ...bare, type: 'CREATE_RECORD', entity: 'item', values: { invoice_id: { expression: 'record.id' } } },
    ]
    const transition = {
      from: ['draft'],
      to: 'sent',
      roles: ['clerk'],
      guard: 'record.total > 0',
      relatedLoad: [],
      actions,
    }
    expect(await send(shown)).toEqual({
      stateMachines: [{ definition: { initial: 'draft', transitions: [transition] } }],
    })
    expect(
      await send(
        '{ stateMachines(entity: "item") { field } entity(name: "invoice") { fields { name nullable enum } } }',
      ),
    ).toMatchObject({
      stateMachines: [],
      entity: { fields: [{}, {}, { name: 'status', nullable: true, enum: null }, {}, {}] },
    })
  })

  it.each([
    [
      { ...machine, field: 'stats' },
      'input.field',
      'names no field of invoice: "stats" (did you mean "status"?)',
    ],
    [
      { ...machine, definition: { initial: 'draft', transitions: [{ from: ['sent'], to: 'paid' }] } },
      'input.definition.transitions',
      'have no way from the initial state "draft" to "sent", "paid"',
    ],
    [
      {
        ...machine,
        definition: {
          initial: 'draft',
          transitions: [
            {
              from: ['draft'],
              to: 'sent',
              actions: [{ type: 'CREATE_RECORD', entity: 'item', values: { unit_price: 1 } }],
            },
          ],
        },
      },
      'input.definition.transitions[0].actions[0].values.unit_price',
      'names no field of item: "unit_price"',
    ],
  ])('of %j is refused where it is wrong', async (input, path, message) => {
    expect(await send(createMachine, { input })).toEqual({
      code: 'VALIDATION_FAILED',
      message: `${path}: ${message}`,
      details: [{ path, message }],
    })
  })

  it('is refused while stored records are in none of its states', async () => {
    await app.pool`insert into invoices (status) values ('lost')`
    expect(await send(createMachine, { input: machine })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [
        {
          path: 'input.definition',
          message: expect.stringMatching(
            /^does not know what is stored: 1 live record is in none of its states \(for example [-0-9a-f]{36}\); it knows draft, sent$/,
          ),
        },
      ],
    })
  })

  it('is made once for a field, changed in its place, and deleted', async () => {
    await send(createMachine, { input: machine })
    expect(await send(createMachine, { input: machine })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message:
        'input.field: is taken: the state machine "invoice.status" exists already; updateStateMachine changes it',
    })
    const update = `mutation ($input: StateMachineInput!) { updateStateMachine(entity: "invoice", field: "status", input: $input) { active } }`
    expect(await send(update, { input: { ...machine, active: false } })).toEqual({
      updateStateMachine: { active: false },
    })
    expect(await send(update, { input: { ...machine, field: 'number' } })).toMatchObject({
      message: 'input.field: must stay "status", found "number"; define another instead',
    })
    const remove = (field: string) =>
      send(`mutation { deleteStateMachine(entity: "invoice", field: "${field}") { revision } }`)
    expect(await remove('statu')).toEqual({
      code: 'NOT_FOUND',
      message: 'No state machine "invoice.statu" is defined (did you mean "invoice.status"?)',
    })
    expect(await remove('status')).toEqual({ deleteStateMachine: { revision: 6 } })
  })
})

describe('what rules lean on', () => {
  const countItems = {
    name: 'few_items',
    entity: 'invoice',
    type: 'EXPRESSION',
    definition: { expression: 'count(related.items) > 9', relatedLoad: [{ relation: 'items' }] },
  }

  it('is not removed: a field, a relation, another entity', async () => {
    await idOf(longNumber)
    await idOf(countItems)
    const update = 'mutation ($input: EntityInput!) { updateEntity(name: "invoice", input: $input) { name } }'
    expect(await send(update, { input: { name: 'invoice' } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [
        {
          path: 'rules.invoice.long_number.definition.field',
          message: 'names no field of invoice: "number"',
        },
      ],
    })
    const leaning = {
      code: 'VALIDATION_FAILED',
      message:
        'rules.invoice.few_items.definition.related_load[0].relation: names no relation of invoice: "items"',
    }
    expect(
      await send('mutation { deleteRelation(source: "invoice", name: "items") { revision } }'),
    ).toMatchObject(leaning)
    expect(
      await send('mutation { deleteEntity(name: "item", withRelations: true) { revision } }'),
    ).toMatchObject(leaning)
  })

  it('takes them along when it is their own entity', async () => {
    await idOf(longNumber)
    await send(createMachine, { input: machine })
    expect(
      await send('mutation { deleteEntity(name: "invoice", withRelations: true) { revision } }'),
    ).toMatchObject({
      deleteEntity: { revision: 6 },
    })
    expect(await send('{ rules { id } stateMachines { field } metadata { quarantined { name } } }')).toEqual({
      rules: [],
      stateMachines: [],
      metadata: { quarantined: [] },
    })
  })
})
