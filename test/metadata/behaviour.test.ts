// What rules and machines come to: refused where they lean on what is not there, and asked with plain rows.
import { describe, expect, it } from 'vitest'
import type { Check, Computed } from '../../src/metadata/behaviour.ts'
import { draftRegistry } from '../../src/metadata/register.ts'
import { entityOf } from '../../src/metadata/registry.ts'
import { nameSides } from '../../src/metadata/sides.ts'
import { makeRegistry } from '../support/registry.ts'
import { readGoodEntity, readGoodMachine, readGoodRelation, readGoodRule, type Written } from './app.ts'

const invoice: Written = {
  name: 'invoice',
  slug: { source: 'number' },
  fields: [
    { name: 'number', type: 'string', required: true },
    { name: 'status', type: 'string', enum: ['draft', 'sent', 'paid', 'void'] },
    { name: 'stage', type: 'text' },
    { name: 'total', type: 'decimal', precision: 2 },
    { name: 'tax', type: 'decimal' },
    { name: 'gross', type: 'decimal' },
    { name: 'count', type: 'int' },
    { name: 'weight', type: 'float' },
    { name: 'is_open', type: 'boolean', default: true },
    { name: 'due_on', type: 'date' },
    { name: 'sent_at', type: 'timestamp' },
    { name: 'opens_at', type: 'time' },
    { name: 'extra', type: 'json' },
    { name: 'paper', type: 'file' },
    { name: 'code', type: 'string', hidden: true },
    { name: 'created_at', type: 'timestamp', auto: 'create' },
    { name: 'clerk_id', type: 'uuid', references: 'user' },
  ],
}
const item: Written = {
  name: 'item',
  fields: [
    { name: 'invoice_id', type: 'uuid', required: true },
    { name: 'price', type: 'decimal' },
    { name: 'share', type: 'decimal' },
    { name: 'kind', type: 'string' },
    { name: 'extra', type: 'json' },
  ],
}
const items: Written = { name: 'items', type: 'one_to_many', source: 'invoice', target: 'item' }
const app = { entities: [invoice, item], relations: [items] }

type Model = Readonly<{ rules?: readonly Written[]; machines?: readonly Written[] }>

function problemsOf({ rules = [], machines = [] }: Model): readonly string[] {
  const definitions = nameSides({
    entities: app.entities.map(readGoodEntity),
    relations: app.relations.map(readGoodRelation),
    rules: rules.map(readGoodRule).map((rule, index) => ({ ...rule, id: `id${index}` })),
    machines: machines.map(readGoodMachine),
  })
  return draftRegistry(1, definitions).problems.map(
    ({ kind, name, path, message }) => `${kind} ${name} ${path}: ${message}`,
  )
}

function behaviourOf({ rules = [], machines = [] }: Model, entity = 'invoice') {
  return entityOf(makeRegistry({ ...app, rules, state_machines: machines }), entity).behaviour
}

const rule = (type: string, definition: Written, more: Written = {}): Written => ({
  entity: 'invoice',
  type,
  definition,
  ...more,
})
const compare = (field: string, operator: string, value?: unknown): Written =>
  rule('field', { field, operator, value })
const express = (expression: string, more: Written = {}): Written =>
  rule('expression', { expression, ...more })
const compute = (field: string, expression: string, ...loads: readonly string[]): Written =>
  rule('computed', { field, expression, related_load: loads.map((relation) => ({ relation })) })
const machine = (field: string, ...transitions: readonly Written[]): Written => ({
  entity: 'invoice',
  field,
  definition: { initial: 'draft', transitions },
})
const acting = (...actions: readonly Written[]): Written =>
  machine('stage', { from: 'draft', to: 'sent', actions })

function expectProblems(found: readonly string[], wanted: readonly (string | RegExp)[]): void {
  expect(found).toEqual(wanted.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))))
}

describe('a field rule', () => {
  it.each<[written: Written, problem: string | RegExp]>([
    [
      compare('totl', 'min', 1),
      'definition.field: names no field of invoice: "totl" (did you mean "total"?)',
    ],
    [
      compare('number', 'min', 1),
      /^definition\.operator: min is for int, bigint, float, decimal, timestamp, date, time fields; number is string$/,
    ],
    [
      compare('total', 'pattern', 'x'),
      'definition.operator: pattern is for string, text fields; total is decimal',
    ],
    [compare('extra', 'eq', 1), /^definition\.operator: eq is for .* fields; extra is json$/],
    [
      compare('total', 'max', 1.234),
      /^definition\.value: must be a decimal number with at most 2 digits .* because total is of type decimal$/,
    ],
    [
      compare('due_on', 'min', 'soon'),
      /^definition\.value: must be a date such as 2026-01-31, found "soon", because due_on is of type date$/,
    ],
    [
      compare('count', 'in', [1, 'two']),
      /^definition\.value\[1\]: must be a whole number .*, found "two", because count is of type int$/,
    ],
    [
      compare('number', 'pattern', '(?=a)'),
      /^definition\.value: is not a pattern that can be used: .*`\(\?=`; lookahead, lookbehind and back references are not known$/,
    ],
    [
      compare('number', 'pattern', '['),
      /^definition\.value: is not a pattern that can be used: missing closing \]: `\[`/,
    ],
  ])('of %j is refused', (written, problem) => {
    const [found] = problemsOf({ rules: [{ ...written, name: 'r' }] })
    expectProblems(
      [found ?? 'none'],
      [
        typeof problem === 'string'
          ? `rule invoice.r ${problem}`
          : new RegExp(`^rule invoice.r ${problem.source.slice(1)}`),
      ],
    )
  })

  it.each<
    [
      field: string,
      operator: string,
      value: unknown,
      good: readonly unknown[],
      bad: readonly unknown[],
      message: string,
    ]
  >([
    ['count', 'min', 3, [3, 4], [2, -3], 'must be at least 3'],
    ['total', 'max', '10.50', ['10.5', '-11'], ['10.51', '9999999999999999'], 'must be at most 10.50'],
    ['weight', 'min', 0.5, [0.5, 1e9], [0.4999], 'must be at least 0.5'],
    [
      'due_on',
      'min',
      '2026-02-01',
      ['2026-02-01', '2027-01-01'],
      ['2026-01-31'],
      'must not be before 2026-02-01',
    ],
    [
      'sent_at',
      'max',
      '2026-02-01T00:00:00Z',
      ['2026-02-01T00:00:00.000Z', '2026-01-31T23:59:59.000Z'],
      ['2026-02-01T00:00:00.001Z'],
      'must not be after 2026-02-01T00:00:00.000Z',
    ],
    ['opens_at', 'min', '08:30', ['08:30:00', '23:00:00'], ['08:29:59'], 'must not be before 08:30'],
    ['number', 'min_length', 3, ['abc', '😀bc'], ['ab', '😀b', ''], 'must be at least 3 characters long'],
    ['number', 'max_length', 1, ['a', '', '😀'], ['ab'], 'must be at most 1 character long'],
    [
      'number',
      'pattern',
      '^[A-Z]{2}-[0-9]+$',
      ['AB-1'],
      ['AB-', 'xAB-1', ''],
      'must match the pattern ^[A-Z]{2}-[0-9]+$',
    ],
    ['stage', 'pattern', 'b', ['abc'], ['ac'], 'must match the pattern b'],
    ['number', 'eq', 'x', ['x'], ['y', ''], 'must be "x"'],
    ['is_open', 'eq', true, [true], [false], 'must be true'],
    ['total', 'neq', '0', ['1', '0.01'], ['0', '0.00'], 'must not be 0'],
    ['number', 'in', ['a', 'b'], ['a', 'b'], ['c'], 'must be one of "a", "b"'],
    ['count', 'not_in', [1, 2], [3], [1, 2], 'must not be any of 1, 2'],
    ['total', 'in', ['1.50', 2], ['1.5', '2.00'], ['1.51'], 'must be one of 1.50, 2'],
    ['due_on', 'not_in', ['2026-12-25'], ['2026-12-24'], ['2026-12-25'], 'must not be any of 2026-12-25'],
    ['opens_at', 'in', ['08:30'], ['08:30:00'], ['08:31:00'], 'must be one of 08:30'],
    [
      'extra',
      'not_empty',
      undefined,
      [0, false, [1], { a: 1 }],
      [null, undefined, '', [], {}],
      'must not be empty',
    ],
    ['number', 'not_empty', undefined, [' ', 'x'], ['', null, undefined], 'must not be empty'],
  ])('on %s with %s %j tells good values from bad ones', (field, operator, value, good, bad, message) => {
    const [check] = behaviourOf({ rules: [compare(field, operator, value)] }).checks.before_write
    const isBroken = (found: unknown) => check?.isBroken({ record: { [field]: found } })
    expect(good.map(isBroken)).toEqual(good.map(() => false))
    expect(bad.map(isBroken)).toEqual(bad.map(() => true))
    expect(check?.message).toBe(message)
    if (operator !== 'not_empty') expect([null, undefined].map(isBroken)).toEqual([false, false])
  })
})

describe('an expression rule', () => {
  it.each<[written: Written, ...problems: (string | RegExp)[]]>([
    [express('record.totl > 1'), /^definition\.expression: .*totl.*total/],
    [express("record.total > 'x'"), /^definition\.expression: /],
    [express('record.total'), 'definition.expression: must be true or false, but makes a number'],
    [
      express('count(related.items) > 1'),
      'definition.expression: reads related.items, which is not loaded; add { relation: items } to related_load',
    ],
    [
      express('count(related.itms) > 1'),
      'definition.expression: reads related.itms, but invoice has no relation itms (did you mean "items"?)',
    ],
    [
      express('true', { field: 'totl' }),
      'definition.field: names no field of invoice: "totl" (did you mean "total"?)',
    ],
    [
      express('true', { related_load: [{ relation: 'item' }] }),
      'definition.related_load[0].relation: names no relation of invoice: "item" (did you mean "items"?)',
    ],
    [
      express('true', { related_load: [{ relation: 'items' }, { relation: 'items' }] }),
      'definition.related_load[1].relation: is loaded twice: items stands at definition.related_load[0] too',
    ],
    [
      express('true', {
        related_load: [{ relation: 'items', filter: { knd: 'a', price: 'much', extra: 1 } }],
      }),
      'definition.related_load[0].filter.extra: cannot compare extra, a json field',
      'definition.related_load[0].filter.knd: names no field of item: "knd" (did you mean "kind"?)',
      /^definition\.related_load\[0\]\.filter\.price: must be a decimal number/,
    ],
  ])('of %j is refused', (written, ...problems) => {
    expectProblems(
      problemsOf({ rules: [written] }),
      problems.map((each) =>
        typeof each === 'string'
          ? `rule invoice.id0 ${each}`
          : new RegExp(`^rule invoice.id0 ${each.source.slice(1)}`),
      ),
    )
  })

  it('is broken when its expression is true, and not when that is nil', () => {
    const [check] = behaviourOf({ rules: [express('record.total > 100 && user.id != nil')] }).checks
      .before_write
    const isBroken = (total: unknown, id: unknown = 'a') =>
      check?.isBroken({ record: { total }, user: { id } })
    expect([isBroken('100.01'), isBroken('100'), isBroken(null), isBroken('200', null)]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it('sees what it loads, with the filter’s values as the field has them', () => {
    const load = { relation: 'items', filter: { kind: ['a', null], price: 1 } }
    const written = rule(
      'expression',
      { expression: 'count(related.items) > 1', related_load: [load] },
      { name: 'few' },
    )
    const [check] = behaviourOf({ rules: [written] }).checks.before_write
    expect(check).toMatchObject({
      rule: 'few',
      message: 'breaks the rule few',
      stopOnFail: false,
      isLate: false,
    })
    const [found] = check?.loads ?? []
    expect([found?.name, found?.end.other, [...(found?.filter ?? [])]]).toEqual([
      'items',
      'item',
      [
        ['kind', ['a', null]],
        ['price', ['1']],
      ],
    ])
    expect(check?.isBroken({ record: {}, related: { items: [{}, {}] } })).toBe(true)
  })

  it('sees a record, not a list, at an end that leads to one', () => {
    const written = {
      ...express('related.invoice.total > 5', { related_load: [{ relation: 'invoice' }] }),
      entity: 'item',
    }
    const [check] = behaviourOf({ rules: [written] }, 'item').checks.before_write
    expect(check?.isBroken({ record: {}, related: { invoice: { total: '6' } } })).toBe(true)
    expect(check?.isBroken({ record: {}, related: { invoice: null } })).toBe(false)
  })

  it('tells whether it needs to know the time', () => {
    const rules = ['record.sent_at > now', 'record.due_on < today()', 'record.total > 1'].map((text) =>
      express(text),
    )
    expect(behaviourOf({ rules }).checks.before_write.map(({ usesNow }) => usesNow)).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('the rules of an entity', () => {
  const namesOf = (checks: readonly Check[]) => checks.map((check) => check.rule)

  it('are in order of priority, then of definition; what is not active is left out', () => {
    const named = (name: string, more: Written): Written => ({ ...express('false'), name, ...more })
    const rules = [
      named('c', { priority: 1 }),
      named('b', {}),
      named('d', { priority: 1 }),
      named('off', { active: false }),
      named('a', { priority: -1 }),
      named('late', { hook: 'after_write' }),
      named('last', { hook: 'before_delete' }),
    ]
    const { checks } = behaviourOf({ rules })
    expect(namesOf(checks.before_write)).toEqual(['a', 'b', 'c', 'd'])
    expect([namesOf(checks.after_write), namesOf(checks.before_delete)]).toEqual([['late'], ['last']])
  })

  it('have names that occur once, and are looked at even when they are not active', () => {
    const rules = [
      { ...express('false'), name: 'same' },
      { ...express('false'), name: 'same' },
      { ...express('record.x'), name: 'off', active: false },
    ]
    expectProblems(problemsOf({ rules }), [
      /^rule invoice\.off definition\.expression: /,
      'rule invoice.same name: is taken by another rule of invoice: "same"',
    ])
  })

  it('come after computed fields when they read one', () => {
    const rules = [
      compute('tax', 'record.total * 0.2'),
      compare('tax', 'min', 0),
      compare('total', 'min', 0),
      express('record.tax > 5'),
      express('record.total > 5'),
    ]
    expect(behaviourOf({ rules }).checks.before_write.map(({ isLate }) => isLate)).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it('of an entity that has none are those of all entities without', () => {
    expect(behaviourOf({})).toEqual({
      checks: { before_write: [], after_write: [], before_delete: [] },
      computed: [],
      dependents: [],
    })
  })
})

describe('a computed field', () => {
  it.each<[field: string, expression: string, problem: string | RegExp]>([
    ['id', "'x'", 'definition.field: cannot be "id", the key of the entity'],
    ['slug', "'x'", 'definition.field: cannot be "slug", the slug, which is made from another field'],
    ['created_at', 'now', 'definition.field: cannot be "created_at", which the system sets (auto)'],
    ['number', "'x'", /^definition\.field: cannot be "number", which clients must give \(required\)/],
    [
      'is_open',
      'true',
      /^definition\.field: cannot be "is_open", which has a default that would never be seen/,
    ],
    ['clerk_id', 'user.id', 'definition.field: cannot be "clerk_id", which points at a user'],
    ['stage', "'x'", 'definition.field: cannot be "stage", the field of a state machine'],
    ['totl', '1', 'definition.field: names no field of invoice: "totl" (did you mean "total"?)'],
    ['total', "'x'", /^definition\.expression: /],
    ['due_on', 'record.total', /^definition\.expression: /],
  ])('of %s by %s is refused', (field, expression, problem) => {
    const found = problemsOf({ rules: [compute(field, expression)], machines: [machine('stage')] })
    expectProblems(found.slice(0, 1), [
      typeof problem === 'string'
        ? `rule invoice.id0 ${problem}`
        : new RegExp(`^rule invoice.id0 ${problem.source.slice(1)}`),
    ])
  })

  it('that is the key of a relation is refused', () => {
    const written = { ...compute('invoice_id', 'user.id'), entity: 'item' }
    expect(problemsOf({ rules: [written] })[0]).toBe(
      'rule item.id0 definition.field: cannot be "invoice_id", the key of a relation, which relations set',
    )
  })

  it('is made by one active rule', () => {
    const rules = [
      { ...compute('tax', '1'), name: 'one' },
      compute('tax', '2'),
      { ...compute('tax', '3'), active: false },
    ]
    expect(problemsOf({ rules })).toEqual([
      'rule invoice.id1 definition.field: is computed already, by the rule invoice.one: "tax"',
    ])
  })

  it.each<[rules: readonly Written[], ...problems: string[]]>([
    [
      [compute('tax', 'record.tax + 1')],
      'rule invoice.id0 definition.expression: goes in a circle: tax -> tax',
    ],
    [
      [compute('tax', 'record.gross'), compute('gross', 'record.tax')],
      'rule invoice.id0 definition.expression: goes in a circle: tax -> gross -> tax',
    ],
    [
      [compute('total', 'record.tax'), compute('tax', 'record.gross'), compute('gross', 'record.tax')],
      'rule invoice.id1 definition.expression: goes in a circle: tax -> gross -> tax',
    ],
    [
      [
        compute('total', "sum(related.items, 'share')", 'items'),
        { ...compute('share', 'related.invoice.total', 'invoice'), entity: 'item' },
      ],
      'rule invoice.id0 definition.expression: goes in a circle: invoice.total -> item.share -> invoice.total',
    ],
  ])('that leads back to itself is refused: %j', (rules, ...problems) => {
    expect(problemsOf({ rules })).toEqual(problems)
  })

  it('comes behind those that it reads', () => {
    const rules = [
      compute('gross', 'record.tax + record.total'),
      compute('tax', 'record.total * 0.2'),
      compute('total', "sum(related.items, 'price')", 'items'),
    ]
    const { computed } = behaviourOf({ rules })
    expect(computed.map(({ field }) => field.name)).toEqual(['total', 'tax', 'gross'])
    const related = { items: [{ price: '1.10' }, { price: '2.2' }] }
    expect(computed[0]?.compute({ record: {}, related })).toBe('3.30')
  })

  it('is worked out anew when rows change that it reads: their ends lead to it', () => {
    const rules = [compute('total', "sum(related.items, 'price')", 'items')]
    const { dependents } = behaviourOf({ rules }, 'item')
    expect(dependents.map(({ name, other, side }) => [name, other, side])).toEqual([
      ['invoice', 'invoice', 'target'],
    ])
    expect(behaviourOf({ rules }).dependents).toEqual([])
    expect(
      behaviourOf({ rules: rules.map((each) => ({ ...each, active: false })) }, 'item').dependents,
    ).toEqual([])
  })

  it('knows its own field as the registry has it', () => {
    const registry = makeRegistry({ ...app, rules: [compute('tax', '1')] })
    const { behaviour, fieldsByName } = entityOf(registry, 'invoice')
    const [computed] = behaviour.computed as readonly [Computed]
    expect(computed.field).toBe(fieldsByName.get('tax'))
  })
})

describe('a state machine', () => {
  const on = 'machine invoice'
  it.each<[written: Written, ...problems: (string | RegExp)[]]>([
    [machine('stge'), `${on}.stge field: names no field of invoice: "stge" (did you mean "stage"?)`],
    [
      machine('total'),
      `${on}.total field: cannot be "total", which is of type decimal; name a plain string or text field`,
    ],
    [
      machine('code'),
      `${on}.code field: cannot be "code", which the API does not show; name a plain string or text field`,
    ],
    [
      machine('slug'),
      /^machine invoice\.slug field: cannot be "slug", which is the slug, made from number; name/,
    ],
    [
      machine('status', { from: 'draft', to: 'snt' }),
      `${on}.status definition.transitions[0].to: must be one of the enum's values (draft, sent, paid, void), found "snt" (did you mean "sent"?)`,
    ],
    [
      machine('stage', { from: 'draft', to: 'sent' }, { from: 'paid', to: 'void' }),
      `${on}.stage definition.transitions: have no way from the initial state "draft" to "paid", "void"`,
    ],
    [
      machine(
        'stage',
        { from: 'draft', to: 'sent', roles: ['a', 'b'] },
        { from: ['sent', 'draft'], to: 'x' },
        { from: 'draft', to: 'sent', roles: ['B', 'a'] },
      ),
      `${on}.stage definition.transitions[2]: repeats transitions[0]: from "draft" to "sent" with the same roles and guard`,
    ],
    [
      machine('stage', { from: 'draft', to: 'sent', guard: 'record.total' }),
      `${on}.stage definition.transitions[0].guard: must be true or false, but makes a number`,
    ],
    [
      machine('stage', { from: 'draft', to: 'sent', guard: 'count(related.items) > 0' }),
      `${on}.stage definition.transitions[0].guard: reads related.items, which is not loaded; add { relation: items } to related_load`,
    ],
    [
      acting({ type: 'set_field', field: 'sentat', value: 'now' }),
      `${on}.stage definition.transitions[0].actions[0].field: names no field of invoice: "sentat" (did you mean "sent_at"?)`,
    ],
    [
      acting({ type: 'set_field', field: 'stage', value: 'x' }),
      `${on}.stage definition.transitions[0].actions[0].field: cannot set "stage", which holds the state; the transition sets it`,
    ],
    [
      acting({ type: 'set_field', field: 'id', value: 'x' }),
      `${on}.stage definition.transitions[0].actions[0].field: cannot set "id", which is the key of invoice`,
    ],
    [
      acting({ type: 'set_field', field: 'created_at', value: 'now' }),
      `${on}.stage definition.transitions[0].actions[0].field: cannot set "created_at", which is set by the system (auto: create)`,
    ],
    [
      acting({ type: 'set_field', field: 'tax', value: '1' }),
      `${on}.stage definition.transitions[0].actions[0].field: cannot set "tax", which is computed by a rule`,
    ],
    [
      acting({ type: 'set_field', field: 'count', value: 'many' }),
      /actions\[0\]\.value: must be a whole number .*, found "many", because count is of type int$/,
    ],
    [
      acting({ type: 'set_field', field: 'status', value: 'snt' }),
      `${on}.stage definition.transitions[0].actions[0].value: must be one of draft, sent, paid, void; found "snt" (did you mean "sent"?)`,
    ],
    [
      acting({ type: 'set_field', field: 'number', value: null }),
      `${on}.stage definition.transitions[0].actions[0].value: cannot be null, because number is not nullable`,
    ],
    [
      acting({ type: 'set_field', field: 'count', value: { expression: 'record.number' } }),
      /actions\[0\]\.value\.expression: /,
    ],
    [
      acting({ type: 'create_record', entity: 'itm' }),
      `${on}.stage definition.transitions[0].actions[0].entity: names no entity: "itm" (did you mean "item"?)`,
    ],
    [
      acting({ type: 'create_record', entity: 'item', values: { pric: 1, price: 'x' } }),
      /actions\[0\]\.values\.pric: names no field of item: "pric" \(did you mean "price"\?\)$/,
      /actions\[0\]\.values\.price: must be a decimal number/,
    ],
    [
      acting({ type: 'create_record', entity: 'invoice', values: { tax: 1 } }),
      /actions\[0\]\.values\.tax: cannot be given: it is computed by a rule$/,
    ],
    [
      acting({ type: 'send_event', event: 'x', payload: { a: { expression: 'record.nmber' } } }),
      /actions\[0\]\.payload\.a\.expression: /,
    ],
  ])('of %j is refused', (written, ...problems) => {
    expectProblems(problemsOf({ machines: [written], rules: [compute('tax', '1')] }), problems)
  })

  it('begins as the default of its field says', () => {
    const entities = [
      {
        ...invoice,
        fields: [
          { name: 'number', type: 'string' },
          { name: 'stage', type: 'text', default: 'new' },
        ],
      },
      item,
    ]
    expect(() => makeRegistry({ entities, state_machines: [machine('stage')] })).toThrow(
      /must be the default of stage, \\"new\\"; found \\"draft\\"/,
    )
  })

  it('is alone in its entity while it is active', () => {
    const others = { ...machine('stage'), active: false }
    expect(problemsOf({ machines: [machine('status'), others] })).toEqual([])
    expect(problemsOf({ machines: [machine('status'), machine('stage')] })).toEqual([
      'machine invoice.stage active: cannot be true beside the active machine invoice.status; an entity has one at most',
    ])
  })

  it('asks its guards, and sets fields to values, moments and what expressions make', () => {
    const written = machine(
      'stage',
      {
        from: 'draft',
        to: 'sent',
        roles: ['Clerk'],
        guard: 'record.total > 0',
        actions: [
          { type: 'set_field', field: 'sent_at', value: 'now' },
          { type: 'set_field', field: 'due_on', value: 'now' },
          { type: 'set_field', field: 'number', value: 'now' },
          { type: 'set_field', field: 'extra', value: { b: 1, a: [2] } },
          { type: 'set_field', field: 'tax', value: { expression: 'record.total * 2' } },
          { type: 'set_field', field: 'count', value: null },
        ],
      },
      { from: ['draft', 'sent'], to: 'void' },
    )
    const { machine: found } = behaviourOf({ machines: [written] })
    const [first, second] = found?.transitions ?? []
    const environment = { record: { total: '1.5' }, now: '2026-02-03T04:05:06.789Z' }
    expect(found).toMatchObject({ initial: 'draft', states: ['draft', 'sent', 'void'] })
    expect([first?.roles, first?.guard, first?.isAllowed(environment)]).toEqual([
      ['clerk'],
      'record.total > 0',
      true,
    ])
    expect(first?.isAllowed({ record: { total: null } })).toBe(false)
    expect([second?.from, second?.isAllowed(environment)]).toEqual([['draft', 'sent'], true])
    const values = first?.actions.map(
      (action) =>
        action.kind === 'set_field' && [action.field.name, action.usesNow, action.value(environment)],
    )
    expect(values).toEqual([
      ['sent_at', true, '2026-02-03T04:05:06.789Z'],
      ['due_on', true, '2026-02-03'],
      ['number', false, 'now'],
      ['extra', false, { a: [2], b: 1 }],
      ['tax', false, '3'],
      ['count', false, null],
    ])
  })

  it('makes records, events and calls out of its actions', () => {
    const written = acting(
      {
        type: 'create_record',
        entity: 'item',
        values: { invoice_id: { expression: 'record.id' }, price: 3 },
      },
      { type: 'send_event', event: 'sent', payload: { total: { expression: 'record.total' }, n: [1] } },
      { type: 'webhook', url: 'https://example.com', headers: { a: 'b' } },
    )
    const [transition] = behaviourOf({ machines: [written] }).machine?.transitions ?? []
    const environment = { record: { id: 'a0000000-0000-4000-8000-000000000001', total: '1.50' } }
    const told = transition?.actions.map((action) => {
      if (action.kind === 'create_record') return [action.entity, action.values(environment)]
      return action.kind === 'send_event' ? [action.event, action.payload(environment)] : action
    })
    expect(told).toEqual([
      ['item', { invoice_id: 'a0000000-0000-4000-8000-000000000001', price: '3' }],
      ['sent', { total: 1.5, n: [1] }],
      { kind: 'webhook', definition: { url: 'https://example.com', headers: { a: 'b' } } },
    ])
  })

  it('lets a guard see related records that the transition loads', () => {
    const written = machine('stage', {
      from: 'draft',
      to: 'sent',
      guard: 'count(related.items) > 0',
      related_load: [{ relation: 'items' }],
    })
    const [transition] = behaviourOf({ machines: [written] }).machine?.transitions ?? []
    expect(transition?.loads.map(({ name }) => name)).toEqual(['items'])
    expect(transition?.isAllowed({ record: {}, related: { items: [] } })).toBe(false)
  })
})
