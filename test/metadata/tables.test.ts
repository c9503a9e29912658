// The tables that definitions ask for: made, changed, kept and dropped on a real PostgreSQL.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type App, outcomeOf, startApp, type Written } from './app.ts'

let app: App
beforeEach(async () => {
  app = await startApp()
})
afterEach(async () => {
  await app.stop()
})

type Fields = readonly Written[]
const thing = (fields: Fields, more: Written = {}): Written => ({
  name: 'thing',
  primary_key: { field: 'id', type: 'int' },
  fields,
  ...more,
})

async function describeColumns(table: string): Promise<readonly string[]> {
  const rows = await app.pool`
    select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || case a.attidentity when '' then '' else ' identity' end as text
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = to_regclass(${table}) and a.attnum > 0 and not a.attisdropped order by a.attnum`
  return rows.map((row) => String(row.text))
}

async function describeIndexes(table: string): Promise<readonly string[]> {
  const rows = await app.pool`
    select pg_get_indexdef(indexrelid) as text from pg_index where indrelid = to_regclass(${table}) and not indisprimary`
  return rows.map((row) => String(row.text).replace(/INDEX \S+ ON public\.\S+ USING btree /, 'INDEX ')).sort()
}

async function describeReferences(table: string): Promise<readonly string[]> {
  const rows = await app.pool`
    select pg_get_constraintdef(oid) as text from pg_constraint where conrelid = to_regclass(${table}) and contype = 'f'`
  return rows.map((row) => String(row.text)).sort()
}

async function insert(table: string, ...rows: Written[]): Promise<void> {
  const { pool } = app
  for (const row of rows)
    if (Object.keys(row).length === 0) await pool`insert into ${pool(table)} default values`
    else await pool`insert into ${pool(table)} ${pool(row)}`
}

async function saveThings(fields: Fields, ...rows: Written[]): Promise<void> {
  await app.save({ entities: [thing(fields)] })
  await insert('things', ...rows)
}

const system = [
  '_version integer not null default 1',
  'deleted_at timestamp(3) with time zone',
  '_deletion uuid',
]

describe('a new table', () => {
  it('has the right column for every type', async () => {
    const types = [
      'string',
      'text',
      'int',
      'bigint',
      'float',
      'decimal',
      'boolean',
      'uuid',
      'timestamp',
      'date',
      'time',
      'json',
      'file',
    ]
    const fields = [
      ...types.map((type) => ({ name: `a_${type}`, type })),
      { name: 'money', type: 'decimal', precision: 2 },
    ]
    await app.save({ entities: [{ name: 'sample', fields }] })
    expect(await describeColumns('samples')).toEqual([
      'id uuid not null default gen_random_uuid()',
      'a_string text',
      'a_text text',
      'a_int integer',
      'a_bigint bigint',
      'a_float double precision',
      'a_decimal numeric',
      'a_boolean boolean',
      'a_uuid uuid',
      'a_timestamp timestamp(3) with time zone',
      'a_date date',
      'a_time time without time zone',
      'a_json jsonb',
      'a_file jsonb',
      'money numeric(18,2)',
      ...system,
    ])
  })

  it.each([
    ['uuid', true, 'code uuid not null default gen_random_uuid()'],
    ['uuid', false, 'code uuid not null'],
    ['int', true, 'code integer not null identity'],
    ['int', false, 'code integer not null'],
    ['bigint', true, 'code bigint not null identity'],
    ['string', false, 'code text not null'],
  ])('has a key of type %s, generated: %s', async (type, generated, column) => {
    await app.save({
      entities: [
        { name: 'thing', soft_delete: false, primary_key: { field: 'code', type, generated }, fields: [] },
      ],
    })
    expect(await describeColumns('things')).toEqual([column, '_version integer not null default 1'])
  })

  it('takes every default as it is written', async () => {
    const defaults: Record<string, unknown> = {
      string: `it's a \\ "back\nslash" '; drop table things; --`,
      text: '$$ $1 {} %',
      int: -5,
      bigint: '9223372036854775807',
      float: 1e300,
      decimal: '-12.340',
      boolean: true,
      uuid: '6F9619FF-8b86-4d11-b42d-00c04fc964ff',
      timestamp: '2026-01-31T13:00:00.120+01:00',
      date: '2024-02-29',
      time: '13:30:05.5',
      json: { "it's": ['\\', "'", { b: null, a: 1 }] },
    }
    const fields = Object.entries(defaults).map(([type, value]) => ({
      name: `a_${type}`,
      type,
      default: value,
    }))
    await app.save({ entities: [{ name: 'sample', fields }] })
    await app.pool`insert into samples default values`
    const [row] = await app.pool`select * from samples`
    expect(row).toMatchObject({
      a_string: defaults.string,
      a_text: defaults.text,
      a_int: -5,
      a_bigint: '9223372036854775807',
      a_float: 1e300,
      a_decimal: '-12.340',
      a_boolean: true,
      a_uuid: '6f9619ff-8b86-4d11-b42d-00c04fc964ff',
      a_timestamp: '2026-01-31T12:00:00.120Z',
      a_date: '2024-02-29',
      a_time: '13:30:05.5',
      a_json: defaults.json,
    })
  })

  it('is unique over live rows, or over all rows when none stay dead', async () => {
    const fields = [
      { name: 'code', type: 'string', unique: true },
      { name: 'a', type: 'int', indexed: true },
      { name: 'b', type: 'int' },
    ]
    const more = {
      unique_together: [['a', 'b']],
      indexes: [['b', 'a']],
      slug: { field: 'slug', source: 'code' },
    }
    await app.save({
      entities: [
        { name: 'soft', fields, ...more },
        { name: 'hard', soft_delete: false, fields, ...more },
      ],
    })
    expect(await describeIndexes('softs')).toEqual([
      'CREATE INDEX (a)',
      'CREATE INDEX (b, a)',
      'CREATE UNIQUE INDEX (a, b) WHERE (deleted_at IS NULL)',
      'CREATE UNIQUE INDEX (code) WHERE (deleted_at IS NULL)',
      'CREATE UNIQUE INDEX (slug) WHERE (deleted_at IS NULL)',
    ])
    expect(await describeIndexes('hards')).toEqual([
      'CREATE INDEX (a)',
      'CREATE INDEX (b, a)',
      'CREATE UNIQUE INDEX (a, b)',
      'CREATE UNIQUE INDEX (code)',
      'CREATE UNIQUE INDEX (slug)',
    ])
  })

  it('leads to others by deferred foreign keys with an index', async () => {
    const relations = [
      { name: 'parts', type: 'one_to_many', source: 'thing', target: 'part', target_key: 'thing_id' },
      {
        name: 'cover',
        type: 'one_to_one',
        source: 'thing',
        target: 'part',
        target_key: 'covers_id',
        inverse: 'covers',
      },
      { name: 'tags', type: 'many_to_many', source: 'thing', target: 'tag' },
    ]
    const keys = [
      { name: 'thing_id', type: 'int' },
      { name: 'covers_id', type: 'int' },
      { name: 'owner_id', type: 'uuid', references: 'user' },
    ]
    await app.save({
      entities: [thing([]), { name: 'part', fields: keys }, { name: 'tag', fields: [] }],
      relations,
    })
    const deferred = 'DEFERRABLE INITIALLY DEFERRED'
    expect(await describeReferences('parts')).toEqual([
      `FOREIGN KEY (covers_id) REFERENCES things(id) ${deferred}`,
      `FOREIGN KEY (owner_id) REFERENCES _users(id) ${deferred}`,
      `FOREIGN KEY (thing_id) REFERENCES things(id) ${deferred}`,
    ])
    expect(await describeIndexes('parts')).toEqual([
      'CREATE INDEX (thing_id)',
      'CREATE UNIQUE INDEX (covers_id) WHERE (deleted_at IS NULL)',
    ])
    expect(await describeColumns('thing_tags')).toEqual(['thing_id integer not null', 'tag_id uuid not null'])
    expect(await describeIndexes('thing_tags')).toEqual(['CREATE INDEX (tag_id)'])
    expect(await describeReferences('thing_tags')).toHaveLength(2)
  })

  it('may have long names and refer to itself', async () => {
    const name = `${'a'.repeat(40)}_x`
    const relations = [
      { name: 'children', type: 'one_to_many', source: name, target: name, target_key: 'parent_id' },
      { name: `${'b'.repeat(46)}`, type: 'many_to_many', source: name, target: name, inverse: 'others' },
    ]
    const model = {
      entities: [{ name, fields: [{ name: 'parent_id', type: 'uuid', unique: true }] }],
      relations,
    }
    await app.save(model)
    expect(await app.save(model)).toEqual({ revision: 1, steps: [] })
    expect((await app.load()).quarantined).toEqual([])
  })
})

describe('a change of type', () => {
  const uuid = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
  it.each<
    [from: string, values: readonly (string | number | boolean)[], to: string, result: readonly unknown[]]
  >([
    ['int', [1, -2], 'bigint', ['1', '-2']],
    ['int', [1], 'decimal', ['1']],
    ['bigint', ['9223372036854775807'], 'decimal', ['9223372036854775807']],
    ['int', [7], 'text', ['7']],
    ['bigint', [7], 'string', ['7']],
    ['float', [0.1], 'text', ['0.1']],
    ['decimal', ['1.50'], 'text', ['1.50']],
    ['boolean', [true], 'text', ['true']],
    ['uuid', [uuid], 'text', [uuid]],
    ['timestamp', ['2026-01-31T12:00:00.12Z'], 'text', ['2026-01-31T12:00:00.120Z']],
    ['date', ['2026-01-31'], 'text', ['2026-01-31']],
    ['time', ['13:30'], 'text', ['13:30:00']],
    ['json', ['5'], 'text', ['"5"']],
    ['string', ['x'], 'text', ['x']],
    ['text', ['1', ' 2 '], 'int', [1, 2]],
    ['text', ['1e3'], 'float', [1000]],
    ['text', ['1.25'], 'decimal', ['1.25']],
    ['text', ['yes'], 'boolean', [true]],
    ['text', [uuid.toUpperCase()], 'uuid', [uuid]],
    ['text', ['2026-01-31T12:00:00Z'], 'timestamp', ['2026-01-31T12:00:00.000Z']],
    ['text', ['2026-01-31'], 'date', ['2026-01-31']],
    ['text', ['13:30'], 'time', ['13:30:00']],
    ['text', ['{"a": 1}'], 'json', [{ a: 1 }]],
    ['bigint', ['5'], 'int', [5]],
    ['decimal', ['5.0'], 'int', [5]],
    ['float', [0.1], 'decimal', ['0.1']],
    ['float', [0.30000000000000004], 'decimal', ['0.30000000000000004']],
    ['decimal', ['0.5'], 'float', [0.5]],
    ['boolean', [true, false], 'int', [1, 0]],
    ['int', [0, 1], 'boolean', [false, true]],
    ['timestamp', ['2026-01-31T00:00:00Z'], 'date', ['2026-01-31']],
    ['date', ['2026-01-31'], 'timestamp', ['2026-01-31T00:00:00.000Z']],
    ['boolean', [], 'bigint', []],
    ['uuid', [], 'int', []],
    ['time', [], 'timestamp', []],
  ])('from %s with %j to %s is made', async (from, values, to, result) => {
    await saveThings([{ name: 'a', type: from }], ...values.map((a) => ({ a })), { a: null })
    await app.save({ entities: [thing([{ name: 'a', type: to }])] })
    const rows = await app.pool`select a from things order by id`
    expect(rows.map(({ a }) => a)).toEqual([...result, null])
  })

  it.each<[from: string, values: readonly (string | number | boolean)[], to: string, found: string]>([
    ['text', ['1', 'x', '1.5', ''], 'int', 'int: 3 rows do not fit (for example 2, 3, 4)'],
    ['text', ['x'], 'bigint', 'bigint: 1 row does not fit (for example 1)'],
    ['text', ['NaN', 'Infinity', '1e999'], 'float', 'float: 3 rows do not fit (for example 1, 2, 3)'],
    ['text', ['NaN', '1,5'], 'decimal', 'decimal: 2 rows do not fit (for example 1, 2)'],
    ['text', ['maybe'], 'boolean', 'boolean: 1 row does not fit (for example 1)'],
    ['text', ['123'], 'uuid', 'uuid: 1 row does not fit (for example 1)'],
    [
      'text',
      ['now', 'infinity', '2026-02-30T00:00:00Z', '0044-03-15 BC'],
      'timestamp',
      'timestamp: 4 rows do not fit (for example 1, 2, 3, 4)',
    ],
    ['text', ['today', '2026-1-1', '2026-02-30'], 'date', 'date: 3 rows do not fit (for example 1, 2, 3)'],
    ['text', ['noon', '25:00'], 'time', 'time: 2 rows do not fit (for example 1, 2)'],
    ['text', ['{"a": 1', 'a'], 'json', 'json: 2 rows do not fit (for example 1, 2)'],
    ['bigint', ['5', '5000000000'], 'int', 'int: 1 row does not fit (for example 2)'],
    ['float', [1.5, 2], 'int', 'int: 1 row does not fit (for example 1)'],
    ['decimal', ['1.5'], 'int', 'int: 1 row does not fit (for example 1)'],
    ['decimal', ['12345678901234567890.5'], 'float', 'float: 1 row does not fit (for example 1)'],
    ['int', [0, 1, 2], 'boolean', 'boolean: 1 row does not fit (for example 3)'],
    ['int', [20260131], 'date', 'date: 1 row does not fit (for example 1)'],
    ['timestamp', ['2026-01-31T12:00:00Z'], 'date', 'date: 1 row does not fit (for example 1)'],
    ['timestamp', ['2026-01-31T12:00:00Z'], 'time', 'time: 1 row does not fit (for example 1)'],
    ['uuid', [uuid], 'bigint', 'bigint: 1 row does not fit (for example 1)'],
    ['int', [1, 2, 3, 4, 5, 6, 7], 'uuid', 'uuid: 7 rows do not fit (for example 1, 2, 3, 4, 5)'],
    ['json', [], 'int', 'int: what was json can only become text; add a field of another name'],
    ['file', [], 'json', 'json: what was file can only become text; add a field of another name'],
    ['json', [], 'file', 'file: what was json names no file; add a field of another name'],
    ['text', [], 'file', 'file: what was text names no file; add a field of another name'],
  ])('from %s with %j to %s is refused', async (from, values, to, found) => {
    await saveThings(
      [
        { name: 'b', type: 'int' },
        { name: 'a', type: from },
      ],
      ...values.map((a) => ({ a })),
    )
    const saving = app.save({
      entities: [
        thing([
          { name: 'b', type: 'int' },
          { name: 'a', type: to },
        ]),
      ],
    })
    expect(await outcomeOf(saving)).toEqual([
      'VALIDATION_FAILED',
      `entities.thing.fields[1].type: cannot become ${found}`,
    ])
    expect(await app.load()).toMatchObject({ revision: 1 })
  })

  it.each([
    [2, 4, '1.25', 'saved'],
    [2, undefined, '1.25', 'saved'],
    [4, 2, '1.2500', 'saved'],
    [undefined, 2, '1.25', 'saved'],
    [4, 2, '1.2550', 'cannot become decimal with precision 2: 1 row does not fit (for example 1)'],
    [2, 16, '1234.5', 'cannot become decimal with precision 16: 1 row does not fit (for example 1)'],
    [undefined, 2, '1.255', 'cannot become decimal with precision 2: 1 row does not fit (for example 1)'],
  ])('of precision from %s to %s with %s is %s', async (from, to, value, result) => {
    const decimal = (precision: number | undefined) => [
      { name: 'a', type: 'decimal', ...(precision === undefined ? {} : { precision }) },
    ]
    await saveThings(decimal(from), { a: value })
    const outcome = await outcomeOf(app.save({ entities: [thing(decimal(to))] }))
    expect(outcome.at(-1)).toBe(result === 'saved' ? result : `entities.thing.fields[0].precision: ${result}`)
  })

  it('takes its default, its index and its place in a key along', async () => {
    await saveThings(
      [
        { name: 'a', type: 'int', default: 5, indexed: true },
        { name: 'b', type: 'text', unique: true },
      ],
      { b: '7' },
    )
    await app.save({
      entities: [
        thing([
          { name: 'a', type: 'text', default: 'x', indexed: true },
          { name: 'b', type: 'int', unique: true },
        ]),
      ],
    })
    await insert('things', { b: 8 })
    expect(await app.pool`select a, b from things order by id`).toMatchObject([
      { a: '5', b: 7 },
      { a: 'x', b: 8 },
    ])
    expect(await describeIndexes('things')).toHaveLength(2)
  })
})

describe('a narrower field', () => {
  const text = { name: 'a', type: 'string' }
  const rowless = 'give the field a default, or let it be nullable and fill it first'
  it.each<[title: string, before: Fields, rows: Fields, after: Fields, outcome: string]>([
    ['required over no rows', [text], [], [{ ...text, required: true }], 'saved'],
    ['required over full rows', [text], [{ a: 'x' }], [{ ...text, required: true }], 'saved'],
    [
      'required over gaps',
      [text],
      [{ a: null }, { a: 'x' }, { a: null }],
      [{ ...text, required: true }],
      `fields[0].required: cannot hold for the rows there are: 2 rows have no value (for example 1, 3); ${rowless}`,
    ],
    [
      'required over gaps of dead rows',
      [text],
      [{ deleted_at: '2026-01-01T00:00:00Z' }],
      [{ ...text, required: true }],
      `fields[0].required: cannot hold for the rows there are: 1 row has no value (for example 1); ${rowless}`,
    ],
    [
      'not nullable over gaps',
      [text],
      [{ a: null }],
      [{ ...text, nullable: false }],
      `fields[0].nullable: cannot hold for the rows there are: 1 row has no value (for example 1); ${rowless}`,
    ],
    [
      'a new required field over rows',
      [text],
      [{}, {}, {}, {}, {}, {}],
      [text, { name: 'b', type: 'int', required: true }],
      `fields[1].required: cannot hold for the rows there are: 6 rows have no value (for example 1, 2, 3, 4, 5); ${rowless}`,
    ],
    [
      'a new enum over other values',
      [text],
      [{ a: 'x' }, { a: 'y' }, { a: null }],
      [{ ...text, enum: ['x'] }],
      'fields[0].enum: leaves out values that are in use: 1 row has another value (for example 2)',
    ],
    [
      'a narrowed enum over a value left out',
      [{ ...text, enum: ['x', 'y'] }],
      [{ a: 'y' }],
      [{ ...text, enum: ['x', 'z'] }],
      'fields[0].enum: leaves out values that are in use: 1 row has another value (for example 1)',
    ],
    ['a wider enum', [{ ...text, enum: ['x'] }], [{ a: 'x' }], [{ ...text, enum: ['x', "y's"] }], 'saved'],
    [
      'unique over other values',
      [text],
      [{ a: 'x' }, { a: 'y' }, {}, {}],
      [{ ...text, unique: true }],
      'saved',
    ],
    [
      'unique over the same values',
      [text],
      [{ a: 'x' }, { a: 'x' }, { a: 'y' }],
      [{ ...text, unique: true }],
      'fields[0].unique: cannot hold for the rows there are: 1 value stands (for example x) in more than one row of things',
    ],
    [
      'unique over the same value of a dead row',
      [text],
      [{ a: 'x' }, { a: 'x', deleted_at: '2026-01-01T00:00:00Z' }],
      [{ ...text, unique: true }],
      'saved',
    ],
    [
      'a new unique field with a default over rows',
      [text],
      [{}, {}],
      [text, { name: 'b', type: 'int', default: 1, unique: true }],
      'fields[1].unique: cannot hold for the rows there are: 1 value stands (for example 1) in more than one row of things',
    ],
    [
      'unique where filled gaps would be the same',
      [text],
      [{}, {}],
      [{ ...text, default: 'x', nullable: false, unique: true }],
      'fields[0].unique: cannot hold for the rows there are: 1 value stands (for example x) in more than one row of things',
    ],
    [
      'a user who does not exist',
      [{ name: 'a', type: 'uuid' }],
      [{ a: '6f9619ff-8b86-4d11-b42d-00c04fc964ff' }],
      [{ name: 'a', type: 'uuid', references: 'user' }],
      'fields[0].references: cannot hold for the rows there are: 1 row leads (for example 1) to no user',
    ],
  ])('%s', async (_title, before, rows, after, outcome) => {
    await saveThings(before, ...rows.map((row) => ({ _version: 1, ...row })))
    const told = await outcomeOf(app.save({ entities: [thing(after)] }))
    expect(told.at(-1)).toBe(outcome === 'saved' ? outcome : `entities.thing.${outcome}`)
  })

  it('is told with everything else that stands in the way, and nothing is changed', async () => {
    await saveThings([text, { name: 'b', type: 'text' }], { a: null, b: 'x' }, { a: 'y', b: 'x' })
    const before = await describeColumns('things')
    const fields = [
      { ...text, required: true },
      { name: 'b', type: 'int', unique: true },
      { name: 'c', type: 'int' },
    ]
    expect(
      await outcomeOf(app.save({ entities: [thing(fields, { primary_key: { field: 'id', type: 'int' } })] })),
    ).toEqual([
      'VALIDATION_FAILED',
      `entities.thing.fields[0].required: cannot hold for the rows there are: 1 row has no value (for example 1); ${rowless}`,
      'entities.thing.fields[1].type: cannot become int: 2 rows do not fit (for example 1, 2)',
      'entities.thing.fields[1].unique: cannot hold for the rows there are: 1 value stands (for example x) in more than one row of things',
    ])
    expect(await describeColumns('things')).toEqual(before)
  })

  it('fills gaps with the default, and new columns with the time when the system sets it', async () => {
    await saveThings([text, { name: 'seen_at', type: 'timestamp' }], { a: null }, { a: 'y' })
    const fields = [
      { ...text, default: "it's", nullable: false },
      { name: 'made_at', type: 'timestamp', auto: 'create' },
      { name: 'touched_at', type: 'timestamp', auto: 'update', nullable: true },
      { name: 'count', type: 'int', default: 3 },
    ]
    await app.save({ entities: [thing(fields)] })
    expect(
      await app.pool`select a, made_at is not null as made, touched_at, count from things order by id`,
    ).toMatchObject([
      { a: "it's", made: true, touched_at: null, count: 3 },
      { a: 'y', made: true, touched_at: null, count: 3 },
    ])
    expect(await describeColumns('things')).toContain('made_at timestamp(3) with time zone not null')
  })
})

describe('what stays with the rows', () => {
  it.each<[string, Written, string]>([
    [
      'the table',
      { table: 'others' },
      'table: cannot change: it is things, found others; define another entity instead',
    ],
    [
      'the key',
      { primary_key: { field: 'code', type: 'int' } },
      'primary_key: cannot change: it is id of type int, generated, found code of type int, generated; define another entity instead',
    ],
    [
      'the type of the key',
      { primary_key: { field: 'id', type: 'uuid' } },
      'primary_key: cannot change: it is id of type int, generated, found id of type uuid, generated; define another entity instead',
    ],
    [
      'who makes the key',
      { primary_key: { field: 'id', type: 'int', generated: false } },
      'primary_key: cannot change: it is id of type int, generated, found id of type int; define another entity instead',
    ],
  ])('%s cannot change', async (_title, more, problem) => {
    await app.save({ entities: [thing([])] })
    expect(await outcomeOf(app.save({ entities: [thing([], more)] }))).toEqual([
      'VALIDATION_FAILED',
      `entities.thing.${problem}`,
    ])
  })

  it.each<[string, Written, string]>([
    [
      'the join table',
      { join_table: 'pairs' },
      'join_table: cannot change: it is thing_tags, found pairs; define another relation instead',
    ],
    [
      'a key of the join table',
      { source_join_key: 'a_id' },
      'source_join_key: cannot change: it is thing_id, found a_id; define another relation instead',
    ],
    [
      'whether there is one',
      { type: 'one_to_many', target_key: 'thing_id' },
      'type: cannot change: it is many_to_many, found one_to_many; define another relation instead',
    ],
  ])('%s of a relation cannot change', async (_title, more, problem) => {
    const entities = [thing([]), { name: 'tag', fields: [{ name: 'thing_id', type: 'int' }] }]
    const tags = { name: 'tags', type: 'many_to_many', source: 'thing', target: 'tag' }
    await app.save({ entities, relations: [tags] })
    const saving = app.save({ entities, relations: [{ ...tags, ...more }] })
    expect(await outcomeOf(saving)).toEqual(['VALIDATION_FAILED', `relations.thing.tags.${problem}`])
  })
})

describe('soft_delete', () => {
  const fields = [{ name: 'code', type: 'string', unique: true }]
  const save = (isSoft: boolean) => app.save({ entities: [thing(fields, { soft_delete: isSoft })] })

  it('can be turned on later', async () => {
    await save(false)
    await insert('things', { code: 'x' })
    await save(true)
    expect(await describeColumns('things')).toEqual(expect.arrayContaining(system))
    await app.pool`update things set deleted_at = now()`
    await insert('things', { code: 'x' })
    expect(await describeIndexes('things')).toEqual(['CREATE UNIQUE INDEX (code) WHERE (deleted_at IS NULL)'])
  })

  it('can be turned off while no row is dead, and keeps its columns', async () => {
    await save(true)
    await insert('things', { code: 'x' })
    await save(false)
    expect(await describeColumns('things')).toEqual(expect.arrayContaining(system))
    expect(await describeIndexes('things')).toEqual(['CREATE UNIQUE INDEX (code)'])
  })

  it('cannot be turned off while rows are dead', async () => {
    await save(true)
    await insert('things', { code: 'x', deleted_at: '2026-01-01T00:00:00Z' }, { code: 'x' })
    expect(await outcomeOf(save(false))).toEqual([
      'VALIDATION_FAILED',
      'entities.thing.soft_delete: cannot be turned off: 1 deleted record exists (for example 1) and would come back; restore or remove them first',
      'entities.thing.fields[0].unique: cannot hold for the rows there are: 1 value stands (for example x) in more than one row of things',
    ])
  })
})

describe('what is removed', () => {
  const fields = [
    { name: 'code', type: 'string', required: true, unique: true },
    { name: 'size', type: 'int', default: 3, indexed: true },
    { name: 'owner_id', type: 'uuid', references: 'user' },
  ]

  it('leaves its column, which asks for nothing any more', async () => {
    await saveThings(fields, { code: 'x' })
    await app.save({ entities: [thing([])] })
    expect(await describeColumns('things')).toEqual([
      'id integer not null identity',
      'code text',
      'size integer',
      'owner_id uuid',
      ...system,
    ])
    expect(await describeIndexes('things')).toEqual([])
    expect(await describeReferences('things')).toEqual([])
    await app.save({ entities: [thing(fields)] })
    expect(await app.pool`select code, size from things`).toMatchObject([{ code: 'x', size: 3 }])
    expect(await describeColumns('things')).toEqual(
      expect.arrayContaining(['code text not null', 'size integer not null default 3']),
    )
    expect(await describeIndexes('things')).toHaveLength(2)
    expect(await describeReferences('things')).toHaveLength(1)
  })

  it('leaves its column, which another type takes over only when all values fit', async () => {
    await saveThings([{ name: 'a', type: 'text' }], { a: 'x' })
    await app.save({ entities: [thing([])] })
    expect(await outcomeOf(app.save({ entities: [thing([{ name: 'a', type: 'int' }])] }))).toEqual([
      'VALIDATION_FAILED',
      'entities.thing.fields[0].type: cannot become int: 1 row does not fit (for example 1)',
    ])
    await app.pool`update things set a = '5'`
    await app.save({ entities: [thing([{ name: 'a', type: 'int' }])] })
    expect(await app.pool`select a from things`).toMatchObject([{ a: 5 }])
  })

  it('loses its column when that is asked for, at once or later', async () => {
    await saveThings(fields, { code: 'x' })
    await app.save({
      entities: [thing(fields.slice(0, 2))],
      drops: { columns: [{ entity: 'thing', field: 'owner_id' }] },
    })
    await app.save({ entities: [thing([])] })
    const columns = ['code', 'size', 'id', '_version', 'deleted_at'].map((field) => ({
      entity: 'thing',
      field,
    }))
    await app.save({ entities: [thing([])], drops: { columns } })
    expect(await describeColumns('things')).toEqual(['id integer not null identity', ...system])
  })

  it('leaves its table, which leads nowhere any more and blocks nothing', async () => {
    const relations = [
      { name: 'parts', type: 'one_to_many', source: 'thing', target: 'part', target_key: 'thing_id' },
    ]
    const part = {
      name: 'part',
      fields: [{ name: 'thing_id', type: 'int', required: true }, ...fields.slice(2)],
    }
    await app.save({ entities: [thing([]), part], relations })
    await insert('things', {})
    await insert('parts', { thing_id: 1 })
    await app.save({ entities: [thing([])] })
    expect(await describeReferences('parts')).toEqual([])
    await app.pool`delete from things`
    expect(await outcomeOf(app.save({ entities: [thing([]), part], relations }))).toEqual([
      'VALIDATION_FAILED',
      expect.stringMatching(
        /^relations\.thing\.parts\.target_key: cannot hold for the rows there are: 1 row leads \(for example .{36}\) to no thing$/,
      ),
    ])
    await insert('things', { id: 1 })
    await app.save({ entities: [thing([]), part], relations })
    expect(await describeReferences('parts')).toHaveLength(2)
    expect(await app.pool`select thing_id from parts`).toMatchObject([{ thing_id: 1 }])
  })

  it('loses its table when that is asked for', async () => {
    await app.save({ entities: [thing([]), { name: 'part', fields: [] }] })
    await app.save({ entities: [{ name: 'part', fields: [] }], drops: { tables: ['thing', 'part'] } })
    expect(await describeColumns('things')).toEqual([])
    expect(await describeColumns('parts')).not.toEqual([])
  })

  it('leaves its join table, which is taken over or dropped', async () => {
    const entities = [thing([]), { name: 'tag', primary_key: { field: 'id', type: 'string' }, fields: [] }]
    const relations = [{ name: 'tags', type: 'many_to_many', source: 'thing', target: 'tag' }]
    await app.save({ entities, relations })
    await insert('things', {})
    await insert('tags', { id: 'a' })
    await insert('thing_tags', { thing_id: 1, tag_id: 'a' })
    await app.save({ entities })
    expect(await describeReferences('thing_tags')).toEqual([])
    await app.pool`delete from tags`
    expect(await outcomeOf(app.save({ entities, relations }))).toEqual([
      'VALIDATION_FAILED',
      'relations.thing.tags.target_join_key: cannot hold for the rows there are: 1 row leads (for example 1/a) to no tag',
    ])
    await insert('tags', { id: 'a' })
    await app.save({ entities, relations })
    expect(await app.pool`select * from thing_tags`).toMatchObject([{ thing_id: 1, tag_id: 'a' }])
    await app.save({ entities, drops: { joinTables: [{ source: 'thing', name: 'tags' }] } })
    expect(await describeColumns('thing_tags')).toEqual([])
  })
})

describe('a table that is there already', () => {
  it('is taken over by an entity of the same key', async () => {
    await app.save({
      entities: [
        thing([
          { name: 'code', type: 'string', required: true },
          { name: 'old', type: 'int', required: true },
        ]),
      ],
    })
    await insert('things', { code: 'x', old: 1 })
    await app.save({})
    await app.save({
      entities: [
        { ...thing([{ name: 'code', type: 'string', unique: true }]), name: 'article', table: 'things' },
      ],
    })
    await insert('things', { code: 'y' })
    expect(await app.pool`select code, old from things order by id`).toMatchObject([
      { code: 'x', old: 1 },
      { code: 'y', old: null },
    ])
  })

  it('changes hands in one save', async () => {
    const part = { name: 'part', fields: [{ name: 'thing_id', type: 'int' }] }
    const relations = [
      { name: 'parts', type: 'one_to_many', source: 'thing', target: 'part', target_key: 'thing_id' },
    ]
    await app.save({ entities: [thing([]), part], relations })
    await app.save({
      entities: [thing([]), { ...part, name: 'piece', table: 'parts' }],
      relations: [{ ...relations[0], name: 'pieces', target: 'piece' }],
      drops: { tables: ['part'] },
    })
    expect(await describeReferences('parts')).toHaveLength(1)
  })

  it.each<[title: string, sql: string, found: string]>([
    [
      'another key',
      'create table things (id text primary key)',
      'table: names a table whose key is (id text), not (id integer generated); name another, or drop that one',
    ],
    [
      'a key of two columns',
      'create table things (a int, b int, primary key (a, b))',
      'table: names a table whose key is (a integer, b integer), not (id integer generated); name another, or drop that one',
    ],
    [
      'no key',
      'create table things (id int)',
      'table: names a table whose key is (), not (id integer generated); name another, or drop that one',
    ],
    [
      'a view',
      'create view things as select 1 as id',
      'table: is taken by something that is not a table: "things"; name another',
    ],
  ])('is refused when it has %s', async (_title, sql, found) => {
    await app.pool.unsafe(sql)
    expect(await outcomeOf(app.save({ entities: [thing([])] }))).toEqual([
      'VALIDATION_FAILED',
      `entities.thing.${found}`,
    ])
  })

  it('keeps the dead dead', async () => {
    await app.save({ entities: [thing([])] })
    await insert('things', { deleted_at: '2026-01-01T00:00:00Z' })
    await app.save({})
    expect(await outcomeOf(app.save({ entities: [thing([], { soft_delete: false })] }))).toEqual([
      'VALIDATION_FAILED',
      'entities.thing.soft_delete: cannot be turned off: 1 deleted record exists (for example 1) and would come back; restore or remove them first',
    ])
  })

  it('keeps the indexes that an operator made', async () => {
    await saveThings([{ name: 'a', type: 'int' }])
    await app.pool`create index by_hand on things (a)`
    await app.save({ entities: [thing([{ name: 'a', type: 'int', indexed: true }])] })
    await app.save({ entities: [thing([{ name: 'a', type: 'int' }])] })
    expect(await describeIndexes('things')).toEqual(['CREATE INDEX (a)'])
  })
})

describe('a relation over rows', () => {
  const part = { name: 'part', fields: [{ name: 'thing_id', type: 'int' }] }
  const parts = {
    name: 'parts',
    type: 'one_to_many',
    source: 'thing',
    target: 'part',
    target_key: 'thing_id',
  }

  it.each([
    ['an entity that is there', [thing([])]],
    ['an entity that is made with it', []],
  ])('to %s is refused where they lead nowhere', async (_title, before) => {
    await app.save({ entities: [...before, part] })
    await insert('parts', { thing_id: 7 }, { thing_id: null })
    const saving = app.save({ entities: [thing([]), part], relations: [parts] })
    expect((await outcomeOf(saving)).at(-1)).toMatch(
      /^relations\.thing\.parts\.target_key: .*: 1 row leads \(for example .{36}\) to no thing$/,
    )
  })

  it('is looked at when the transaction ends', async () => {
    await app.save({ entities: [thing([]), part], relations: [parts] })
    await app.pool.begin(async (sql) => {
      await sql`insert into parts (thing_id) values (7)`
      await sql`insert into things (id) values (7)`
    })
    await expect(app.pool`insert into parts (thing_id) values (8)`).rejects.toThrow(
      'violates foreign key constraint',
    )
  })

  it('goes with its key and index', async () => {
    await app.save({ entities: [thing([]), part], relations: [parts] })
    await app.save({ entities: [thing([]), part] })
    expect([await describeReferences('parts'), await describeIndexes('parts')]).toEqual([[], []])
  })

  it('fills a key that has a default', async () => {
    await app.save({ entities: [thing([]), part], relations: [parts] })
    await insert('things', { id: 1 })
    await insert('parts', {})
    const filled = { name: 'part', fields: [{ name: 'thing_id', type: 'int', default: 1, nullable: false }] }
    await app.save({ entities: [thing([]), filled], relations: [parts] })
    expect(await app.pool`select thing_id from parts`).toMatchObject([{ thing_id: 1 }])
  })

  it('becomes one_to_one where no two rows share their key', async () => {
    await app.save({ entities: [thing([]), part], relations: [parts] })
    await insert('things', { id: 1 })
    await insert('parts', { thing_id: 1 }, { thing_id: 1 })
    const one = { entities: [thing([]), part], relations: [{ ...parts, type: 'one_to_one' }] }
    expect(await outcomeOf(app.save(one))).toEqual([
      'VALIDATION_FAILED',
      'relations.thing.parts.target_key: cannot hold for the rows there are: 1 value stands (for example 1) in more than one row of parts',
    ])
    await app.pool`delete from parts`
    await app.save(one)
    expect(await describeIndexes('parts')).toEqual([
      'CREATE UNIQUE INDEX (thing_id) WHERE (deleted_at IS NULL)',
    ])
  })
})
