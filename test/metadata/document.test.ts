// Documents: read with every problem at once, imported without loss, exported to the same bytes.
import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { parseText, readDocument, writeDocument } from '../../src/metadata/document.ts'
import { planImport } from '../../src/metadata/import.ts'
import type { Registry } from '../../src/metadata/registry.ts'
import { type Saved, saveMetadata } from '../../src/metadata/store.ts'
import { type App, outcomeOf, startApp } from './app.ts'

function errorOf(work: () => unknown): readonly string[] {
  try {
    work()
    return ['no error']
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [
      error.code,
      ...(error.details?.map(({ path, message }) => `${path}: ${message}`) ?? [error.message]),
    ]
  }
}

describe('a text', () => {
  it.each<[title: string, text: string, message: RegExp]>([
    [
      'broken YAML',
      'entities:\n  - { name: a\n  b: 1',
      /^The document is neither YAML nor JSON: .* at line \d, column \d/,
    ],
    ['broken JSON', '{"entities": [}', /at line 1, column 15/],
    [
      'a key that stands twice',
      'version: 1\nentities: []\nentities: []\n',
      /Map keys must be unique at line 3, column 1/,
    ],
    [
      'a key that stands twice in JSON',
      '{"version": 1,\n "version": 1}',
      /Map keys must be unique at line 2/,
    ],
    ['two documents', 'version: 1\n---\nversion: 1\n', /Source contains multiple documents/],
    ['an unknown tag', 'version: !run 1\n', /Unresolved tag: !run at line 1/],
    ['an alias without an anchor', 'version: *a\n', /Unresolved alias/],
    ['an alias bomb', bomb(), /Excessive alias count/],
  ])('with %s is refused', (_title, text, message) => {
    const [code, told] = errorOf(() => parseText(text))
    expect([code, told]).toEqual(['BAD_USER_INPUT', expect.stringMatching(message)])
  })

  it('may be YAML or JSON', () => {
    const value = { version: 1, entities: [{ name: 'a' }] }
    expect(parseText(JSON.stringify(value))).toEqual(value)
    expect(parseText('version: 1\nentities: [{ name: a }]')).toEqual(value)
  })
})

function bomb(): string {
  const lines = ['a0: &a0 [x]']
  for (let at = 1; at < 30; at++) lines.push(`a${at}: &a${at} [*a${at - 1}, *a${at - 1}, *a${at - 1}]`)
  return lines.join('\n')
}

describe('a document', () => {
  it.each<[written: unknown, ...problems: string[]]>([
    [null, ': must be an object, found null'],
    ['x', ': must be an object, found "x"'],
    [{ version: 2 }, 'version: must be 1, found 2'],
    [{ entites: [] }, expect.stringMatching(/^entites: is not known here \(did you mean "entities"\?\)/)],
    [{ entities: {} }, 'entities: must be a list, found {}'],
    [
      { entities: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] },
      'entities[2]: is defined twice: a stands at entities[0] too',
    ],
    [
      { workflows: {}, permissions: [], webhooks: {} },
      'workflows: must be a list, found {}',
      'webhooks: must be a list, found {}',
    ],
    [{ sample_data: [] }, 'sample_data: must be an object of lists of rows, found []'],
    [
      { sample_data: { a: [{}], b: {}, c: [1] } },
      'sample_data.b: must be a list of objects',
      'sample_data.c: must be a list of objects',
    ],
    [
      { entities: [{ name: 'a', fields: [{ name: 'b', type: 'x' }] }], relations: [{ name: 'A' }] },
      expect.stringMatching(/^entities\[0\]\.fields\[0\]\.type: must be one of/),
      expect.stringMatching(/^relations\[0\]\.name: must be lower case/),
      'relations[0].source: is missing',
      'relations[0].target: is missing',
      'relations[0].type: is missing; it is one_to_one, one_to_many or many_to_many',
    ],
  ])('of %j is refused', (written, ...problems) => {
    expect(errorOf(() => readDocument(written))).toEqual(['VALIDATION_FAILED', ...problems])
  })

  it('may hold what older exports held', () => {
    const read = readDocument({
      exported_at: '2026-01-01',
      ui_configs: [{}],
      rules: [],
      sample_data: { a: [{ x: 1 }] },
    })
    expect(read).toMatchObject({ entities: [], relations: [], sampleData: { a: [{ x: 1 }] } })
  })

  it('with problems of rules and machines names them where they stand', () => {
    const rule = { entity: 'a', name: 'r', type: 'field', definition: { field: 'b', operator: 'not_empty' } }
    const machine = { entity: 'a', field: 's', definition: { initial: 'x' } }
    const nameless = { ...rule, name: undefined }
    const written = {
      rules: [nameless, nameless, rule, { ...rule, definition: { operator: 'mn' } }, rule],
      state_machines: [machine, { ...machine, definition: {} }, machine],
    }
    expect(errorOf(() => readDocument(written))).toEqual([
      'VALIDATION_FAILED',
      'rules[3].definition.field: is missing',
      expect.stringMatching(/^rules\[3\]\.definition\.operator: must be one of/),
      'state_machines[1].definition.initial: is missing; it names a state',
      'rules[3]: is defined twice: a.r stands at rules[2] too',
      'state_machines[1]: is defined twice: a.s stands at state_machines[0] too',
    ])
  })

  it('tells where in it a problem stands, also when it lists the key', () => {
    const document = readDocument({
      entities: [
        { name: 'a' },
        {
          name: 'b',
          fields: [
            { name: 'id', type: 'uuid' },
            { name: 'c', type: 'int' },
          ],
        },
      ],
      relations: [{ name: 'bs', type: 'many_to_many', source: 'a', target: 'b' }],
    })
    const { locate } = planImport(document, false)
    expect(locate({ kind: 'entity', name: 'b', path: 'fields[0].type' })).toBe('entities[1].fields[1].type')
    expect(locate({ kind: 'entity', name: 'b', path: 'primary_key' })).toBe('entities[1].primary_key')
    expect(locate({ kind: 'relation', name: 'a.bs', path: 'join_table' })).toBe('relations[0].join_table')
    expect(locate({ kind: 'entity', name: 'other', path: '' })).toBe('entities.other')
  })
})

describe('an import', () => {
  let app: App
  beforeEach(async () => {
    app = await startApp()
  })
  afterEach(async () => {
    await app.stop()
  })

  const first = `version: 1
entities:
  - name: customer
    description: "Buys: a # lot\\n twice "
    fields:
      - { name: note, type: string, default: 'yes' }
      - { name: code, type: string, default: "1", enum: ["1", "null", "a: b"] }
      - { name: extra, type: json, default: { z: [1, "2"], a: { longer: null, b: true } } }
  - { name: invoice, fields: [{ name: id, type: uuid, description: Made by the system }, { name: customer_id, type: uuid }, { name: payer_id, type: uuid }] }
  - { name: tag, primary_key: { field: label, type: string }, fields: [] }
relations:
  - { name: invoices, type: one_to_many, source: customer, target: invoice, target_key: customer_id }
  - { name: paid, type: one_to_many, source: customer, target: invoice, target_key: payer_id, on_delete: set_null }
  - { name: tags, type: many_to_many, source: invoice, target: tag }
`
  const importText = (text: string, prune = false, on = app): Promise<Saved> => {
    const document = readDocument(parseText(text))
    const { edit, locate } = planImport(document, prune)
    return saveMetadata(on.pool, edit, { verify: () => [], locate })
  }
  const namesOf = ({ definitions }: Registry) =>
    [...definitions.entities, ...definitions.relations].map(({ name }) => name)

  it('changes nothing the second time', async () => {
    expect((await importText(first)).revision).toBe(1)
    expect(await importText(first)).toEqual({ revision: 1, steps: [] })
  })

  it('adds and replaces, and keeps what it does not name', async () => {
    await importText(first)
    const second =
      'version: 1\nentities: [{ name: zebra }, { name: tag, description: New, primary_key: { field: label, type: string } }]'
    await importText(second)
    const registry = await app.load()
    expect(namesOf(registry)).toEqual(['customer', 'invoice', 'tag', 'zebra', 'invoices', 'paid', 'tags'])
    expect(registry.entities.get('tag')?.description).toBe('New')
  })

  it('drops what it does not name when it prunes, and keeps the tables', async () => {
    await importText(first)
    await importText('entities: [{ name: tag, primary_key: { field: label, type: string } }]', true)
    expect(namesOf(await app.load())).toEqual(['tag'])
    expect(await app.pool`select to_regclass('invoices') is not null as kept`).toMatchObject([{ kept: true }])
  })

  it('lets a relation keep its names, unless it asks for another', async () => {
    await importText(first)
    const sidesOf = async () => (await app.load()).definitions.relations.map(({ sides }) => sides.target)
    expect(await sidesOf()).toEqual(['customer', 'payer', 'invoices'])
    await importText(first.replace('customer_id }\n', 'customer_id, inverse: buyer }\n'))
    expect(await sidesOf()).toEqual(['buyer', 'payer', 'invoices'])
  })

  it('tells problems by their place in the document', async () => {
    const text =
      'entities:\n  - { name: a, table: xs }\n  - { name: b, table: xs }\nrelations:\n  - { name: cs, type: one_to_many, source: a, target: c }'
    expect(await outcomeOf(importText(text))).toEqual([
      'VALIDATION_FAILED',
      'entities[1].table: is taken by the entity a: "xs"; name another table',
      'relations[0].target: names no entity: "c"',
    ])
    await importText('entities: [{ name: a, fields: [{ name: id, type: uuid }, { name: n, type: text }] }]')
    await app.pool`insert into "as" (n) values ('x')`
    const narrower = 'entities: [{ name: a, fields: [{ name: id, type: uuid }, { name: n, type: int }] }]'
    expect((await outcomeOf(importText(narrower))).at(-1)).toMatch(
      /^entities\[0\]\.fields\[1\]\.type: cannot become int: 1 row does not fit/,
    )
  })

  const ruled = `version: 1
entities:
  - { name: b, fields: [{ name: code, type: string }, { name: state, type: string, nullable: true }] }
  - { name: a, fields: [{ name: code, type: string }] }
rules:
  - { entity: a, type: field, definition: { field: code, operator: pattern, value: "^[A-Z]+$" } }
  - { entity: b, type: field, priority: 7, enabled: true, definition: { field: code, operator: not_empty, message: Give one } }
  - { entity: b, type: field, definition: { operator: not_empty, field: state } }
  - { entity: b, name: later, type: field, definition: { operator: not_empty, field: code } }
state_machines:
  - entity: b
    field: state
    definition:
      initial: x
      transitions:
        - { from: [x], to: y, roles: [Clerk], actions: [{ type: send_event, event: moved, payload: { z: 1, a: 2 } }] }
`
  const rulesOf = async (on = app) =>
    (await on.load()).definitions.rules.map(
      (rule) => `${rule.entity} ${rule.type === 'field' ? rule.definition.operator : ''}`,
    )
  const idsOf = async () => (await app.load()).definitions.rules.map(({ id }) => id)

  it('brings rules and machines, and changes nothing the second time', async () => {
    expect((await importText(ruled)).revision).toBe(1)
    const ids = await idsOf()
    expect(await importText(ruled)).toEqual({ revision: 1, steps: [] })
    expect(await idsOf()).toEqual(ids)
    const { entities } = await app.load()
    expect(
      entities.get('b')?.behaviour.checks.before_write.map(({ field, message }) => [field, message]),
    ).toEqual([
      ['state', 'must not be empty'],
      ['code', 'must not be empty'],
      ['code', 'Give one'],
    ])
  })

  it('replaces the rules and machines of the entities that it names, and of no others', async () => {
    await importText(ruled)
    const ids = await idsOf()
    const machine = '{ entity: b, field: code, definition: { initial: z } }'
    await importText(`rules: [{ entity: b, name: later, type: field, definition: { field: state, operator: not_empty } }]
state_machines: [${machine}]`)
    expect(await rulesOf()).toEqual(['a pattern', 'b not_empty'])
    expect(await idsOf()).toEqual([ids[0], ids[3]])
    expect((await app.load()).definitions.machines.map(({ field }) => field)).toEqual(['code'])
    await importText('entities: [{ name: a, fields: [{ name: code, type: string }] }]')
    expect(await rulesOf()).toEqual(['b not_empty'])
  })

  it('puts rules in the order of the document', async () => {
    const rule = (name: string) =>
      `{ entity: a, name: ${name}, type: field, definition: { field: id, operator: not_empty } }`
    const order = async (...names: string[]) => {
      await importText(`entities: [{ name: a }]\nrules: [${names.map(rule).join(', ')}]`)
      return (await app.load()).definitions.rules.map(({ name }) => name)
    }
    expect(await order('x', 'y', 'z')).toEqual(['x', 'y', 'z'])
    const ids = await idsOf()
    expect(await order('z', 'w', 'x', 'y')).toEqual(['z', 'w', 'x', 'y'])
    expect((await idsOf()).filter((id) => ids.includes(id))).toEqual([ids[2], ids[0], ids[1]])
  })

  it('takes the place of rules that were set apart', async () => {
    await importText(ruled)
    await app.pool`update _rules set definition = '{}' where entity = 'b'`
    await app.pool`update _state_machines set definition = '{}'`
    expect((await app.load()).quarantined).toHaveLength(4)
    await importText(ruled)
    expect((await app.load()).quarantined).toEqual([])
    expect(await app.pool`select count(*)::int as count from _rules`).toMatchObject([{ count: 4 }])
  })

  it('takes away the rules and machines of entities that it prunes', async () => {
    await importText(ruled)
    await importText('entities: [{ name: a, fields: [{ name: code, type: string }] }]', true)
    const { definitions, quarantined } = await app.load()
    expect([definitions.rules, definitions.machines, quarantined]).toEqual([[], [], []])
  })

  it('tells problems of rules and machines by their place, with a name or without', async () => {
    const text = `entities: [{ name: a, fields: [{ name: code, type: string }, { name: n, type: int }] }]
rules:
  - { entity: a, name: fine, type: field, definition: { field: code, operator: not_empty } }
  - { entity: a, type: field, definition: { field: cod, operator: not_empty } }
  - { entity: aa, name: lost, type: field, definition: { field: code, operator: not_empty } }
state_machines:
  - { entity: a, field: n, definition: { initial: x } }`
    expect(await outcomeOf(importText(text))).toEqual([
      'VALIDATION_FAILED',
      'rules[1].definition.field: names no field of a: "cod" (did you mean "code"?)',
      'state_machines[0].field: cannot be "n", which is of type int; name a plain string or text field',
      'rules[2].entity: names no entity: "aa"',
    ])
  })

  it('takes the rules and machines that the documentation shows', async () => {
    const page = await readFile('docs/metadata.md', 'utf8')
    const blockOf = (key: string) =>
      page
        .split(/```yaml[^\n]*\n/)
        .find((block) => block.startsWith(key))
        ?.split('```')[0]
    const text = `entities:
  - name: invoice
    fields: [{ name: number, type: string }, { name: status, type: string }, { name: total, type: decimal },
      { name: issued_on, type: date }, { name: due_on, type: date }, { name: sent_at, type: timestamp }]
  - name: invoice_item
    fields: [{ name: invoice_id, type: uuid }, { name: quantity, type: int }, { name: unit_price, type: decimal }]
relations: [{ name: items, type: one_to_many, source: invoice, target: invoice_item }]
${blockOf('rules:')}
${blockOf('state_machines:')}`
    expect((await importText(text)).revision).toBe(1)
    const { rules, machines } = (await app.load()).definitions
    expect([rules.length, machines.length]).toEqual([4, 1])
    const exported = writeDocument((await app.load()).definitions, 'yaml')
    expect(await importText(exported, true)).toEqual({ revision: 1, steps: [] })
  })

  it('and an export give the same bytes in an empty app', async () => {
    const examples = await readdir('examples')
    const texts = await Promise.all(
      examples.filter((name) => name.endsWith('.yaml')).map((name) => readFile(`examples/${name}`, 'utf8')),
    )
    for (const text of [first, ruled, ...texts]) {
      const [one, two] = [await startApp(), await startApp()]
      try {
        await importText(text, false, one)
        for (const format of ['yaml', 'json'] as const) {
          const exported = writeDocument((await one.load()).definitions, format)
          expect(await importText(exported, true, one)).toEqual({ revision: 1, steps: [] })
          await importText(exported, true, two)
          expect(writeDocument((await two.load()).definitions, format)).toBe(exported)
        }
      } finally {
        await one.stop()
        await two.stop()
      }
    }
  })
})
