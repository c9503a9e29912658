// Random documents that are valid: entities with fields of every type, relations, rules, machines, permissions and rows.
import fc from 'fast-check'

type Written = Readonly<Record<string, unknown>>
type EntityPlan = Readonly<{ name: string; fields: readonly Written[]; rest: Written }>

/** Words that YAML could take for something else stand among the texts. */
const words = fc.oneof(
  fc.constantFrom(
    'yes',
    'null',
    '1',
    '1.0',
    '~',
    'a: b',
    '# x',
    "it's",
    '"quoted"',
    ' lead',
    'two\nlines',
    '- x',
    'é',
  ),
  fc.string({ maxLength: 12 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
)
const decimals = fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 99 }))
const valuesByType: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: words,
  text: words,
  int: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  float: fc.double({ noNaN: true, noDefaultInfinity: true }),
  decimal: decimals.map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`),
  boolean: fc.boolean(),
  uuid: fc.uuid(),
  timestamp: fc
    .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  date: fc
    .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  time: fc.constantFrom('00:00:00', '13:30:00', '23:59:59'),
  json: fc.oneof(
    fc
      .jsonValue({ maxDepth: 2 })
      .filter(
        (value) =>
          value !== null &&
          !JSON.stringify(value).includes('\\u0000') &&
          JSON.stringify(value).isWellFormed(),
      ),
    fc.constant({ long: 1, a: [true, 'x'] }),
  ),
}
const types = Object.keys(valuesByType)

function makeField(name: string): fc.Arbitrary<Written> {
  return fc.constantFrom(...types).chain((type) =>
    fc
      .record(
        {
          description: words,
          required: fc.boolean(),
          indexed: type === 'json' ? fc.constant(false) : fc.boolean(),
          hidden: fc.boolean(),
          default: valuesByType[type] ?? fc.constant(1),
        },
        { requiredKeys: [] },
      )
      .map((options) => ({
        name,
        type,
        ...options,
        ...(type === 'decimal' ? { precision: 2 } : {}),
        ...(options.hidden && options.required && options.default === undefined ? { hidden: false } : {}),
      })),
  )
}

function makeEntity(name: string): fc.Arbitrary<EntityPlan> {
  const fields = fc
    .integer({ min: 1, max: 5 })
    .chain((count) =>
      fc.tuple(...Array.from({ length: count }, (_, index) => makeField(`${'abcde'[index]}_field`))),
    )
  const rest = fc.record(
    {
      table: fc.constant(`t_${name}`),
      description: words,
      soft_delete: fc.boolean(),
      primary_key: fc.constantFrom(
        { field: 'id', type: 'int' },
        { field: 'code', type: 'string' },
        { field: 'key', type: 'uuid' },
        { field: 'id', type: 'bigint', generated: false },
      ),
    },
    { requiredKeys: [] },
  )
  return fc.record({ fields, rest }).map((found) => ({ name, ...found }))
}

const names = ['customer', 'order_line', 'news', 'big_person']

/** Documents with up to four entities; each holds what may stand in one, without rows. */
export const documents: fc.Arbitrary<Written> = fc
  .integer({ min: 1, max: names.length })
  .chain((count) => fc.tuple(...names.slice(0, count).map(makeEntity)))
  .chain((plans) =>
    fc.record({ plans: fc.constant(plans), relations: makeRelations(plans), rest: makeRest(plans) }),
  )
  .map(({ plans, relations, rest }) => ({
    version: 1,
    entities: plans.map((plan) => writeEntity(plan, relations)),
    relations: relations.map(({ key: _, ...relation }) => relation),
    ...rest,
  }))

type RelationPlan = Written & Readonly<{ source: string; target: string; key?: Written }>

function makeRelations(plans: readonly EntityPlan[]): fc.Arbitrary<readonly RelationPlan[]> {
  const entities = fc.constantFrom(...plans.map(({ name }) => name))
  const one = fc.record({
    source: entities,
    target: entities,
    isJoin: fc.boolean(),
    onDelete: fc.constantFrom('restrict', 'set_null', 'cascade'),
    inverse: fc.boolean(),
  })
  return fc.array(one, { maxLength: 3 }).map((found) =>
    found.map(({ source, target, isJoin, onDelete, inverse }, index) => {
      const name = `link_${'xyz'[index]}`
      const common = { name, source, target, ...(inverse ? { inverse: `back_${'xyz'[index]}` } : {}) }
      if (isJoin) return { ...common, type: 'many_to_many' }
      const plan = plans.find((each) => each.name === source)
      const { type = 'uuid' } = (plan?.rest.primary_key ?? {}) as { type?: string }
      const field = `${name}_id`
      return {
        ...common,
        type: 'one_to_many',
        target_key: field,
        on_delete: onDelete,
        key: { name: field, type },
      }
    }),
  )
}

function writeEntity({ name, fields, rest }: EntityPlan, relations: readonly RelationPlan[]): Written {
  const keys = relations.filter(({ target, key }) => target === name && key).map(({ key }) => key)
  return { name, ...rest, fields: [...fields, ...keys, { name: 'state', type: 'string' }] }
}

function makeRest(plans: readonly EntityPlan[]): fc.Arbitrary<Written> {
  const entity = fc.constantFrom(...plans.map(({ name }) => name))
  const rules = fc.array(
    fc.record({ entity, priority: fc.integer({ min: -3, max: 3 }), active: fc.boolean() }).map((each) => ({
      ...each,
      type: 'field',
      definition: { field: 'state', operator: 'max_length', value: 30 },
    })),
    { maxLength: 4 },
  )
  const permissions = fc.array(
    fc.record({
      entity,
      action: fc.constantFrom('read', 'create', 'update', 'delete'),
      roles: fc.constantFrom(['clerk'], ['anonymous', 'boss']),
      conditions: fc.constantFrom([], [{ field: 'state', operator: 'in', value: ['new', 'done'] }]),
    }),
    { maxLength: 4 },
  )
  const machines = fc.subarray(plans.map(({ name }) => name)).map((found) =>
    found.map((name) => ({
      entity: name,
      field: 'state',
      definition: {
        initial: 'new',
        transitions: [{ from: 'new', to: 'done', guard: "record.state == 'new'" }],
      },
    })),
  )
  const webhooks = fc.array(
    fc.record({
      entity,
      url: fc.constantFrom('https://hooks.example.com/a', 'https://hooks.example.com/b?x=1'),
      condition: fc.constantFrom("record.state == 'new'", undefined),
      active: fc.boolean(),
    }),
    { maxLength: 3 },
  )
  const workflows = fc.uniqueArray(
    fc.record({ name: fc.constantFrom('flow_a', 'flow_b'), description: words, entity }),
    { maxLength: 2, selector: ({ name }) => name },
  )
  return fc.record({
    rules,
    permissions,
    state_machines: machines,
    webhooks,
    workflows: workflows.map((found) => found.map(makeWorkflow)),
  })
}

function makeWorkflow({ name, description, entity }: Readonly<Record<string, string>>): Written {
  return {
    name,
    description,
    trigger: { type: 'record_created', entity },
    context: { state: 'record.state' },
    steps: [
      {
        id: 'check_first',
        type: 'condition',
        expression: "context.state != 'new'",
        on_true: { goto: 'check' },
        on_false: 'end',
      },
      {
        id: 'check',
        type: 'condition',
        expression: "context.state == 'new'",
        on_true: { goto: 'end' },
        on_false: 'end',
      },
    ],
  }
}

/** Rows for the entities of a document, each with a key of its own; what a field must have it has. */
export function makeRows(document: Written): fc.Arbitrary<Readonly<Record<string, readonly Written[]>>> {
  const entities = document.entities as readonly (Written & { name: string; fields: readonly Written[] })[]
  const targets = entities.map((entity) => makeRowsOf(entity).map((rows) => [entity.name, rows] as const))
  return fc.tuple(...targets).map((found) => Object.fromEntries(found.filter(([, rows]) => rows.length > 0)))
}

function makeRowsOf(entity: Written & { fields: readonly Written[] }): fc.Arbitrary<readonly Written[]> {
  const { field = 'id', type = 'uuid' } = (entity.primary_key ?? {}) as { field?: string; type?: string }
  const own = entity.fields.filter(({ name }) => !String(name).startsWith('link_') && name !== 'state')
  const values = Object.fromEntries(
    own.map((each) => [
      String(each.name),
      each.required
        ? (valuesByType[String(each.type)] ?? fc.constant(1)).filter((value) => value !== '')
        : fc.option(valuesByType[String(each.type)] ?? fc.constant(1), { nil: undefined }),
    ]),
  )
  const key =
    type === 'uuid'
      ? fc.uuid()
      : fc.integer({ min: 1, max: 1_000_000 }).map((n) => (type === 'int' ? n : String(n)))
  return fc.uniqueArray(fc.record({ ...values, [field]: key }), {
    maxLength: 4,
    selector: (row) => String(row[field]),
  })
}
