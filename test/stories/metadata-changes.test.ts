// Definitions change while there are rows: what fits is done, what does not is refused with the rows in the way.
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
let sql: postgres.Sql
beforeAll(async () => {
  server = await startTestServer()
  sql = postgres(server.appUrl, { max: 2, onnotice: () => {} })
})
afterAll(async () => {
  await sql?.end()
  await server?.stop()
})

type Fields = readonly Readonly<Record<string, unknown>>[]
let count = 0

/** Creates an entity of a new name with rows that SQL makes, and returns its name. */
async function create(
  fields: Fields,
  rows: readonly Readonly<Record<string, string | number | boolean>>[] = [],
  more = {},
): Promise<string> {
  const name = `case_${'abcdefghijklmnopqrstuvwxyz'[count % 26]}${count++}`
  dataOf(
    await server.send('admin', 'mutation($input: EntityInput!) { createEntity(input: $input) { name } }', {
      input: { name, table: name, fields, ...more },
    }),
  )
  for (const row of rows) await sql`insert into ${sql(name)} ${sql(row)}`
  return name
}

async function update(name: string, fields: Fields, more = {}, args = ''): Promise<string> {
  const input = { name, table: name, fields, ...more }
  return errorOf(
    await server.send(
      'admin',
      `mutation($n: String!, $input: EntityInput!) { updateEntity(name: $n, input: $input${args}) { name } }`,
      { n: name, input },
    ),
  )
}

describe('a change of type', () => {
  test.each<[string, string, readonly (string | number | boolean)[], string, RegExp]>([
    ['int to bigint', 'INT', [1, 2], 'BIGINT', /^no error$/],
    ['bigint to decimal', 'BIGINT', [1], 'DECIMAL', /^no error$/],
    ['int to text', 'INT', [1], 'TEXT', /^no error$/],
    ['boolean to string', 'BOOLEAN', [true], 'STRING', /^no error$/],
    ['timestamp to text', 'TIMESTAMP', ['2026-01-01T00:00:00Z'], 'TEXT', /^no error$/],
    ['text that is numbers to int', 'TEXT', ['1', '22'], 'INT', /^no error$/],
    [
      'text that is no number to int',
      'TEXT',
      ['1', 'x', 'y'],
      'INT',
      /^VALIDATION_FAILED: input.fields\[0\].type: cannot become int: 2 rows do not fit/,
    ],
    [
      'bigint that is too large to int',
      'BIGINT',
      ['5000000000'],
      'INT',
      /cannot become int: 1 row does not fit/,
    ],
    ['decimal with digits to int', 'DECIMAL', ['1.5'], 'INT', /cannot become int: 1 row does not fit/],
    ['text that is no UUID to uuid', 'TEXT', ['x'], 'UUID', /cannot become uuid: 1 row does not fit/],
    ['json to int', 'JSON', [], 'INT', /cannot become int: what was json can only become text/],
    ['int to file', 'INT', [], 'FILE', /cannot become file/],
  ])('from %s', async (_title, from, values, to, message) => {
    const name = await create(
      [{ name: 'a', type: from }],
      values.map((a) => ({ a })),
    )
    expect(await update(name, [{ name: 'a', type: to }])).toMatch(message)
  })
})

describe('a change of what is allowed', () => {
  const text = { name: 'a', type: 'STRING' }
  test.each<[string, Fields, readonly Readonly<Record<string, string>>[], Fields, RegExp]>([
    [
      'required over rows without a value',
      [text, { name: 'b', type: 'STRING' }],
      [{ b: 'x' }],
      [
        { ...text, required: true },
        { name: 'b', type: 'STRING' },
      ],
      /fields\[0\].required: .*1 row has no value/,
    ],
    ['required over rows with values', [text], [{ a: 'x' }], [{ ...text, required: true }], /^no error$/],
    [
      'a new required field without default over rows',
      [text],
      [{ a: 'x' }],
      [text, { name: 'b', type: 'INT', required: true }],
      /fields\[1\].required: .*1 row has no value/,
    ],
    [
      'a new required field with a default over rows',
      [text],
      [{ a: 'x' }],
      [text, { name: 'b', type: 'INT', required: true, default: 7 }],
      /^no error$/,
    ],
    [
      'an enum that leaves out values in use',
      [text],
      [{ a: 'x' }, { a: 'y' }],
      [{ ...text, enum: ['x'] }],
      /fields\[0\].enum: .*1 row has another value/,
    ],
    [
      'unique over duplicates',
      [text],
      [{ a: 'x' }, { a: 'x' }],
      [{ ...text, unique: true }],
      /fields\[0\].unique: .*1 value stands \(for example x\) in more than one row/,
    ],
    [
      'unique over different values',
      [text],
      [{ a: 'x' }, { a: 'y' }],
      [{ ...text, unique: true }],
      /^no error$/,
    ],
    [
      'a smaller precision that would cut digits',
      [{ name: 'a', type: 'DECIMAL', precision: 3 }],
      [{ a: '1.234' }],
      [{ name: 'a', type: 'DECIMAL', precision: 2 }],
      /fields\[0\].precision: .*1 row does not fit/,
    ],
  ])('%s', async (_title, before, rows, after, message) => {
    const name = await create(before, rows)
    const revision = dataOf(await server.send('admin', '{ metadata { revision } }')).metadata.revision
    const told = await update(name, after)
    expect(told).toMatch(message)
    const now = dataOf(await server.send('admin', '{ metadata { revision } }')).metadata.revision
    expect(now).toBe(told === 'no error' ? revision + 1 : revision)
  })

  test.each([
    ['the key', { primaryKey: { field: 'id', type: 'INT' } }, /input.primaryKey: cannot change/],
    ['the table', { table: 'elsewhere' }, /input.table: cannot change/],
  ])('of %s is refused', async (_title, more, message) => {
    const name = await create([text])
    expect(await update(name, [text], more)).toMatch(message)
  })
})

describe('what is removed', () => {
  const both = [
    { name: 'a', type: 'STRING', required: true, unique: true },
    { name: 'b', type: 'INT' },
  ]
  const b = [{ name: 'b', type: 'INT' }]

  test('keeps its column and its values, which come back with the field', async () => {
    const name = await create(both, [{ a: 'x', b: 1 }])
    expect(await update(name, b)).toBe('no error')
    await sql`insert into ${sql(name)} ${sql({ b: 2 })}`
    expect(await sql`select a, b from ${sql(name)} order by b`).toMatchObject([
      { a: 'x', b: 1 },
      { a: null, b: 2 },
    ])
    expect(await update(name, both)).toMatch(/fields\[0\].required: .*1 row has no value/)
    await sql`update ${sql(name)} set a = 'y' where b = 2`
    expect(await update(name, both)).toBe('no error')
  })

  test('loses its column only when that is asked for', async () => {
    const name = await create(both, [{ a: 'x', b: 1 }])
    expect(await update(name, b, {}, ', dropColumns: true')).toBe('no error')
    expect(
      await sql`select column_name from information_schema.columns where table_name = ${name} and column_name = 'a'`,
    ).toEqual([])
  })

  test('keeps its table, which an entity of the same form takes over', async () => {
    const name = await create(b, [{ b: 5 }])
    const remove = (drop: boolean) =>
      server.send('admin', `mutation { deleteEntity(name: "${name}", dropTable: ${drop}) { revision } }`)
    dataOf(await remove(false))
    dataOf(
      await server.send('admin', 'mutation($input: EntityInput!) { createEntity(input: $input) { name } }', {
        input: { name, table: name, fields: b },
      }),
    )
    expect(await sql`select b from ${sql(name)}`).toMatchObject([{ b: 5 }])
    dataOf(await remove(true))
    expect(await sql`select to_regclass(${name}) as found`).toMatchObject([{ found: null }])
  })

  test('stays while a relation leans on it', async () => {
    const parent = await create([{ name: 'a', type: 'STRING' }])
    const child = await create([{ name: 'parent_id', type: 'UUID' }])
    dataOf(
      await server.send(
        'admin',
        `mutation { createRelation(input: { name: "children", type: ONE_TO_MANY, source: "${parent}", target: "${child}", targetKey: "parent_id" }) { name } }`,
      ),
    )
    expect(
      errorOf(await server.send('admin', `mutation { deleteEntity(name: "${parent}") { revision } }`)),
    ).toMatch(/^VALIDATION_FAILED: .*children/)
  })
})

describe('a relation', () => {
  test('over rows that lead nowhere is refused with them', async () => {
    const parent = await create([{ name: 'a', type: 'STRING' }])
    const child = await create(
      [{ name: 'parent_id', type: 'UUID' }],
      [{ parent_id: '99999999-9999-4999-8999-999999999999' }],
    )
    const reply = await server.send(
      'admin',
      `mutation { createRelation(input: { name: "children", type: ONE_TO_MANY, source: "${parent}", target: "${child}", targetKey: "parent_id" }) { name } }`,
    )
    expect(errorOf(reply)).toMatch(
      /^VALIDATION_FAILED: input.targetKey: .*1 row leads \(for example .*\) to no case_/,
    )
  })
})

describe('two administrators', () => {
  test('who save at once both land, one after the other', async () => {
    const revision = dataOf(await server.send('admin', '{ metadata { revision } }')).metadata.revision
    await Promise.all([
      create([{ name: 'a', type: 'INT' }]),
      create([{ name: 'a', type: 'INT' }]),
      create([{ name: 'a', type: 'INT' }]),
    ])
    expect(dataOf(await server.send('admin', '{ metadata { revision } }')).metadata.revision).toBe(
      revision + 3,
    )
  })

  test('cannot both save over the revision that they read', async () => {
    const revision = dataOf(await server.send('admin', '{ metadata { revision } }')).metadata.revision
    const save = (name: string) =>
      server.send(
        'admin',
        `mutation { createEntity(input: { name: "${name}", fields: [{ name: "a", type: INT }] }, expectRevision: ${revision}) { name } }`,
      )
    const told = (await Promise.all([save('left_one'), save('right_one')])).map(errorOf).sort()
    expect(told[0]).toBe(
      `CONFLICT: Expected revision ${revision} of the metadata, found ${revision + 1}; read it again and decide anew`,
    )
    expect(told[1]).toBe('no error')
  })
})

describe('a write that meets a changed table', () => {
  /** As PostgreSQL says it of a column that went, for the first tries; a sequence is not rolled back. */
  const meet = (table: string, times: number) =>
    sql.unsafe(`
    create sequence if not exists meetings;
    select setval('meetings', 1);
    create or replace function meet() returns trigger language plpgsql as $$ begin
      if nextval('meetings') <= ${times + 1} then
        raise exception 'column t.gone does not exist' using errcode = '42703';
      end if;
      return new;
    end $$;
    create or replace trigger meet before insert on ${table} for each row execute function meet();`)
  let table: string
  beforeAll(async () => {
    table = await create([{ name: 'label', type: 'STRING' }])
  })
  const write = () => {
    const type = table.replace(/^c|_./g, (letter) => (letter.at(-1) ?? '').toUpperCase())
    return server.send('data', `mutation { create${type}(input: { label: "a" }) { label } }`)
  }

  test('is run on the newest definitions, as often as they change meanwhile', async () => {
    await meet(table, 4)
    expect(errorOf(await write())).toBe('no error')
  })

  test('fails as an error of ours when they have not changed at all', async () => {
    await meet(table, 5)
    expect(errorOf(await write())).toMatch(/^INTERNAL_SERVER_ERROR/)
  })
})

describe('a busy table', () => {
  test('is waited for in small steps, and the change lands', async () => {
    const name = await create([{ name: 'a', type: 'INT' }], [{ a: 1 }])
    const hold = sql.begin(async (held) => {
      await held`update ${held(name)} set a = 2`
      await new Promise((resolve) => setTimeout(resolve, 1_500))
    })
    expect(
      await update(name, [
        { name: 'a', type: 'INT' },
        { name: 'b', type: 'INT' },
      ]),
    ).toBe('no error')
    await hold
  })
})

describe('a row that was broken by hand', () => {
  test('is set apart and told, the rest serves, and saving over it repairs it', async () => {
    const broken = await create([{ name: 'a', type: 'INT' }])
    const sound = await create([{ name: 'a', type: 'INT' }])
    await sql`update _entities set definition = '{"name": 5}' where name = ${broken}`
    const second = await startTestServer({ databaseUrl: server.databaseUrl })
    try {
      const found = dataOf(await second.send('admin', '{ metadata { quarantined { kind name messages } } }'))
        .metadata.quarantined
      expect(found).toMatchObject([
        { kind: 'ENTITY', name: broken, messages: [expect.stringContaining('name must be text, found 5')] },
      ])
      const list = `case${sound.slice(5, 6).toUpperCase()}${sound.slice(6)}`
      expect(errorOf(await second.send('data', `{ ${list}(id: "x") { id } }`))).toBe('no error')
      dataOf(
        await second.send(
          'admin',
          'mutation($input: EntityInput!) { createEntity(input: $input) { name } }',
          { input: { name: broken, table: broken, fields: [{ name: 'a', type: 'INT' }] } },
        ),
      )
      expect(
        dataOf(await second.send('admin', '{ metadata { quarantined { name } } }')).metadata.quarantined,
      ).toEqual([])
    } finally {
      await second.stop()
    }
  })
})

describe('a document', () => {
  const document = `version: 1
entities:
  - name: book
    fields: [{ name: title, type: string, required: true, default: 'it''s \\ "x"' }]
  - { name: author, fields: [{ name: name, type: string }] }
relations:
  - { name: books, type: many_to_many, source: author, target: book }
`
  const importText =
    'mutation($d: String!, $dry: Boolean!) { importMetadata(document: $d, dryRun: $dry) { revision steps } }'

  test('is tried without a trace, imported, and imported again without a change', async () => {
    const tried = dataOf(await server.send('admin', importText, { d: document, dry: true })).importMetadata
    expect(tried.steps.length).toBeGreaterThan(2)
    expect(errorOf(await server.send('data', '{ books { totalCount } }'))).toMatch(/Cannot query field/)
    const once = dataOf(await server.send('admin', importText, { d: document, dry: false })).importMetadata
    const twice = dataOf(await server.send('admin', importText, { d: document, dry: false })).importMetadata
    expect(twice).toEqual({ revision: once.revision, steps: [] })
    expect(
      dataOf(await server.send('data', 'mutation { createBook(input: {}) { title authors { totalCount } } }'))
        .createBook,
    ).toEqual({ title: 'it\'s \\ "x"', authors: { totalCount: 0 } })
  })

  test('with problems changes nothing and names them all', async () => {
    const bad =
      'entities:\n  - { name: fine, fields: [{ name: a, type: strin }] }\n  - { name: bad-name, fields: [] }\nrelations:\n  - { name: x, type: one_to_many, source: fine }\nextra: 1\n'
    const reply = await server.send('admin', importText, { d: bad, dry: false })
    const details = reply.errors?.[0]?.extensions.details as readonly { path: string }[]
    expect(details.map(({ path }) => path)).toEqual([
      'extra',
      'entities[0].fields[0].type',
      'entities[1].name',
      'relations[0].target',
    ])
  })

  test('comes out with its rows as it went in, into an empty app too', async () => {
    const other = await startTestServer()
    try {
      const text = 'query($w: Boolean!) { exportMetadata(withData: $w) }'
      const exported = dataOf(await server.send('admin', text, { w: true })).exportMetadata
      dataOf(await other.send('admin', importText, { d: exported, dry: false }))
      expect(dataOf(await other.send('admin', text, { w: true })).exportMetadata).toBe(exported)
    } finally {
      await other.stop()
    }
  })
})
