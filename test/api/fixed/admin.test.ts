// The admin API against a real database: definitions are saved as they were written, or refused where they are wrong.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUser } from '../../../src/auth/users.ts'
import { anonymous } from '../../../src/auth/viewer.ts'
import type { Pool } from '../../../src/database/connect.ts'
import type { DefinitionProblem, Registry } from '../../../src/metadata/registry.ts'
import { type AdminApp, startAdmin } from './admin-app.ts'

let app: AdminApp
let pool: Pool
let send: AdminApp['send']

/** Refuses the field `forbidden`, as the data API refuses names that clash. */
function verify(candidate: Registry): readonly DefinitionProblem[] {
  return candidate.definitions.entities.flatMap((entity) =>
    entity.fields
      .filter((field) => field.name !== entity.key.field)
      .flatMap((field, index) =>
        field.name === 'forbidden'
          ? [
              {
                kind: 'entity' as const,
                name: entity.name,
                path: `fields[${index}].name`,
                message: 'is forbidden',
              },
            ]
          : [],
      ),
  )
}

beforeEach(async () => {
  app = await startAdmin(verify)
  pool = app.pool
  send = app.send
})

afterEach(async () => {
  await app.stop()
})

const create =
  'mutation ($input: EntityInput!, $revision: Int) { createEntity(input: $input, expectRevision: $revision) { name } }'
const relate =
  'mutation ($input: RelationInput!) { createRelation(input: $input) { name sourceSide targetSide } }'

async function defineInvoices(): Promise<void> {
  await send(create, {
    input: { name: 'invoice', fields: [{ name: 'number', type: 'STRING', required: true }] },
  })
  await send(create, { input: { name: 'item', fields: [{ name: 'invoice_id', type: 'UUID' }] } })
  await send(relate, { input: { name: 'items', type: 'ONE_TO_MANY', source: 'invoice', target: 'item' } })
}

describe('createEntity', () => {
  it('saves the definition and shows it with every default filled in', async () => {
    const bare = {
      nullable: true,
      required: false,
      unique: false,
      default: null,
      enum: null,
      auto: null,
      maxSize: null,
      accept: null,
    }
    const source = `mutation { createEntity(input: {
      name: "photo", uniqueTogether: [["title", "year"]], softDelete: false, slug: { source: "title" },
      fields: [
        { name: "title", type: STRING, required: true }
        { name: "year", type: INT, default: 2026 }
        { name: "extra", type: JSON, default: { camelCase: { __proto__: 1 } } }
        { name: "kind", type: STRING, enum: ["raw", "final"], default: "raw" }
        { name: "taken_at", type: TIMESTAMP, auto: CREATE }
        { name: "image", type: FILE, maxSize: 5000000000, accept: ["image/*"] }
      ]
    }) {
      name table plural softDelete searchLanguage uniqueTogether indexes
      primaryKey { field type generated } slug { field source regenerateOnUpdate }
      fields { name type required nullable unique default enum auto maxSize accept }
    } }`
    expect(await send(source)).toEqual({
      createEntity: {
        name: 'photo',
        table: 'photos',
        plural: 'photos',
        softDelete: false,
        searchLanguage: 'simple',
        uniqueTogether: [['title', 'year']],
        indexes: [],
        primaryKey: { field: 'id', type: 'UUID', generated: true },
        slug: { field: 'slug', source: 'title', regenerateOnUpdate: false },
        fields: [
          { ...bare, name: 'id', type: 'UUID', nullable: false },
          { ...bare, name: 'title', type: 'STRING', nullable: false, required: true },
          { ...bare, name: 'year', type: 'INT', nullable: false, default: 2026 },
          {
            ...bare,
            name: 'extra',
            type: 'JSON',
            nullable: false,
            default: JSON.parse('{"camelCase": {"__proto__": 1}}'),
          },
          { ...bare, name: 'kind', type: 'STRING', nullable: false, default: 'raw', enum: ['raw', 'final'] },
          { ...bare, name: 'taken_at', type: 'TIMESTAMP', nullable: false, auto: 'CREATE' },
          { ...bare, name: 'image', type: 'FILE', maxSize: 5_000_000_000, accept: ['image/*'] },
          { ...bare, name: 'slug', type: 'STRING', unique: true },
        ],
      },
    })
  })

  it('names every problem where the input has it', async () => {
    const input = {
      name: 'photo',
      fields: [{ name: 'title', type: 'INT', maxSize: 1 }],
      indexes: [['titel']],
    }
    expect(await send(create, { input })).toEqual({
      code: 'VALIDATION_FAILED',
      message: 'input.fields[0].maxSize: is for file fields, not for int (and 1 more)',
      details: [
        { path: 'input.fields[0].maxSize', message: 'is for file fields, not for int' },
        {
          path: 'input.indexes[0]',
          message: 'names no field of the entity: "titel" (did you mean "title"?)',
        },
      ],
    })
  })

  it('names what only the whole app can tell where the input has it', async () => {
    const fields = [
      { name: 'id', type: 'UUID' },
      { name: 'title', type: 'STRING' },
      { name: 'forbidden', type: 'STRING' },
    ]
    expect(await send(create, { input: { name: 'photo', fields } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'input.fields[2].name', message: 'is forbidden' }],
    })
    expect(await send('{ entities { name } }')).toEqual({ entities: [] })
  })

  it('refuses a name that is taken', async () => {
    await send(create, { input: { name: 'photo' } })
    expect(await send(create, { input: { name: 'photo' } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'input.name: is taken: the entity "photo" exists already; updateEntity changes it',
    })
  })

  it('refuses when somebody else was faster', async () => {
    expect(await send(create, { input: { name: 'photo' }, revision: 7 })).toMatchObject({ code: 'CONFLICT' })
    expect(await send(create, { input: { name: 'photo' }, revision: 0 })).toEqual({
      createEntity: { name: 'photo' },
    })
    expect(await send('{ metadata { revision quarantined { kind name messages } } }')).toEqual({
      metadata: { revision: 1, quarantined: [] },
    })
  })
})

describe('updateEntity', () => {
  const update =
    'mutation ($name: String!, $input: EntityInput!) { updateEntity(name: $name, input: $input) { fields { name } } }'

  it('puts the new definition in the place of the old one', async () => {
    await defineInvoices()
    const input = { name: 'invoice', fields: [{ name: 'total', type: 'DECIMAL' }] }
    expect(await send(update, { name: 'invoice', input })).toEqual({
      updateEntity: { fields: [{ name: 'id' }, { name: 'total' }] },
    })
    expect(await send('{ entities { name } }')).toEqual({ entities: [{ name: 'invoice' }, { name: 'item' }] })
  })

  it('keeps the column of a field that is gone, and drops it when told to', async () => {
    await defineInvoices()
    await send(update, { name: 'invoice', input: { name: 'invoice' } })
    expect(await pool`select number from invoices`).toEqual([])
    await send(update, {
      name: 'item',
      input: {
        name: 'item',
        fields: [
          { name: 'invoice_id', type: 'UUID' },
          { name: 'note', type: 'TEXT' },
        ],
      },
    })
    const dropping =
      'mutation ($input: EntityInput!) { updateEntity(name: "item", input: $input, dropColumns: true) { name } }'
    await send(dropping, { input: { name: 'item', fields: [{ name: 'invoice_id', type: 'UUID' }] } })
    await expect(pool`select note from items`).rejects.toMatchObject({ code: '42703' })
    expect(await pool`select invoice_id from items`).toEqual([])
  })

  it('finds no entity that is not there, and says which one may be meant', async () => {
    await defineInvoices()
    expect(await send(update, { name: 'invoce', input: { name: 'invoce' } })).toEqual({
      code: 'NOT_FOUND',
      message: 'No entity "invoce" is defined (did you mean "invoice"?)',
    })
  })

  it('does not rename', async () => {
    await defineInvoices()
    expect(await send(update, { name: 'invoice', input: { name: 'bill' } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'input.name: must stay "invoice", found "bill"; this cannot rename',
    })
  })

  it('names the relation that the new definition would break', async () => {
    await defineInvoices()
    expect(await send(update, { name: 'item', input: { name: 'item' } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'relations.invoice.items.target_key' }],
    })
  })
})

describe('deleteEntity', () => {
  it('is refused while relations lean on it, which it names', async () => {
    await defineInvoices()
    expect(await send('mutation { deleteEntity(name: "item") { revision } }')).toEqual({
      code: 'VALIDATION_FAILED',
      message:
        'name: "item" cannot be deleted while relations lean on it: invoice.items; delete them first or set withRelations: true',
      details: [expect.objectContaining({ path: 'name' })],
    })
  })

  it('takes the relations along when told to, and keeps the table', async () => {
    await defineInvoices()
    expect(await send('mutation { deleteEntity(name: "item", withRelations: true) { revision } }')).toEqual({
      deleteEntity: { revision: 4 },
    })
    expect(await send('{ entities { name } relations { name } }')).toEqual({
      entities: [{ name: 'invoice' }],
      relations: [],
    })
    expect(await pool`select 1 from items`).toEqual([])
  })

  it('drops the table when told to', async () => {
    await defineInvoices()
    await send('mutation { deleteEntity(name: "item", withRelations: true, dropTable: true) { revision } }')
    await expect(pool`select 1 from items`).rejects.toMatchObject({ code: '42P01' })
  })
})

describe('relations', () => {
  it('are saved, shown from both sides, and found by entity', async () => {
    await defineInvoices()
    await send(create, { input: { name: 'tag' } })
    const shown = `{ relations(entity: "item") { name type source target sourceSide targetSide targetKey joinTable sourceJoinKey targetJoinKey ownership onDelete writeMode } }`
    expect(await send(shown)).toEqual({
      relations: [
        {
          name: 'items',
          type: 'ONE_TO_MANY',
          source: 'invoice',
          target: 'item',
          sourceSide: 'items',
          targetSide: 'invoice',
          targetKey: 'invoice_id',
          joinTable: null,
          sourceJoinKey: null,
          targetJoinKey: null,
          ownership: 'SOURCE',
          onDelete: 'RESTRICT',
          writeMode: 'DIFF',
        },
      ],
    })
    expect(await send('{ relations(entity: "tag") { name } }')).toEqual({ relations: [] })
  })

  it('name their problems where the input has them', async () => {
    await defineInvoices()
    const input = {
      name: 'parts',
      type: 'ONE_TO_MANY',
      source: 'invoice',
      target: 'item',
      targetKey: 'bill_id',
      onDelete: 'CASCADE',
    }
    expect(await send(relate, { input })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'input.targetKey' }],
    })
  })

  it('are changed in place, and renamed in the API only when asked', async () => {
    await defineInvoices()
    const update = `mutation ($input: RelationInput!) { updateRelation(source: "invoice", name: "items", input: $input) { onDelete targetSide } }`
    const input = {
      name: 'items',
      type: 'ONE_TO_MANY',
      source: 'invoice',
      target: 'item',
      onDelete: 'CASCADE',
    }
    expect(await send(update, { input })).toEqual({
      updateRelation: { onDelete: 'CASCADE', targetSide: 'invoice' },
    })
    expect(await send(update, { input: { ...input, inverse: 'bill' } })).toEqual({
      updateRelation: { onDelete: 'CASCADE', targetSide: 'bill' },
    })
    expect(await send(update, { input: { ...input, name: 'parts' } })).toMatchObject({
      message: 'input.name: must stay "items", found "parts"; this cannot rename',
    })
  })

  it('are deleted by source and name', async () => {
    await defineInvoices()
    expect(await send('mutation { deleteRelation(source: "invoice", name: "item") { revision } }')).toEqual({
      code: 'NOT_FOUND',
      message: 'No relation "invoice.item" is defined (did you mean "invoice.items"?)',
    })
    expect(await send('mutation { deleteRelation(source: "invoice", name: "items") { revision } }')).toEqual({
      deleteRelation: { revision: 4 },
    })
  })
})

describe('documents', () => {
  const importing = `mutation ($document: String!, $prune: Boolean, $dryRun: Boolean) {
    importMetadata(document: $document, prune: $prune, dryRun: $dryRun) { revision steps }
  }`

  it('exported and imported again change nothing', async () => {
    await defineInvoices()
    for (const format of ['YAML', 'JSON']) {
      const { exportMetadata: document } = (await send(`{ exportMetadata(format: ${format}) }`)) as {
        exportMetadata: string
      }
      expect(document).toContain('invoice_id')
      expect(await send(importing, { document })).toEqual({ importMetadata: { revision: 3, steps: [] } })
      expect(await send(`{ exportMetadata(format: ${format}) }`)).toEqual({ exportMetadata: document })
    }
  })

  it('can be tried: the steps are told, and nothing is kept', async () => {
    const document = 'entities: [{ name: photo, fields: [{ name: title, type: string }] }]'
    expect(await send(importing, { document, dryRun: true })).toEqual({
      importMetadata: {
        revision: 1,
        steps: expect.arrayContaining([expect.stringContaining('create table "photos"')]),
      },
    })
    expect(await send('{ entities { name } metadata { revision } }')).toEqual({
      entities: [],
      metadata: { revision: 0 },
    })
  })

  it('take away what they do not have only when told to prune', async () => {
    await defineInvoices()
    const document = 'entities: [{ name: invoice, fields: [{ name: number, type: string, required: true }] }]'
    await send(importing, { document })
    expect(await send('{ entities { name } }')).toEqual({ entities: [{ name: 'invoice' }, { name: 'item' }] })
    await send(importing, { document, prune: true })
    expect(await send('{ entities { name } relations { name } }')).toEqual({
      entities: [{ name: 'invoice' }],
      relations: [],
    })
  })

  it.each([
    ['a: [', 'BAD_USER_INPUT', 'The document is neither YAML nor JSON'],
    [
      'entities: [{ name: photo, feilds: [] }]',
      'VALIDATION_FAILED',
      'entities[0].feilds: is not known here (did you mean "fields"?)',
    ],
    [
      'relations: [{ name: tags, type: one_to_many, source: post, target: tag }]',
      'VALIDATION_FAILED',
      'relations[0].source: names no entity: "post"',
    ],
    [
      'entities: [{ name: a, fields: [{ name: forbidden, type: int }] }]',
      'VALIDATION_FAILED',
      'entities[0].fields[0].name: is forbidden',
    ],
    [
      '{ entities: [{ name: photo }], sample_data: { photo: [{}] } }',
      'VALIDATION_FAILED',
      'sample_data.photo[0]: gives no value at all',
    ],
  ])('that are wrong are refused and change nothing: %s', async (document, code, message) => {
    expect(await send(importing, { document })).toMatchObject({
      code,
      message: expect.stringContaining(message),
    })
    expect(await send('{ metadata { revision } entities { name } }')).toEqual({
      metadata: { revision: 0 },
      entities: [],
    })
  })

  it('bring their sample data, and take it along when asked to', async () => {
    const id = '33333333-3333-4333-8333-333333333333'
    const document = `{ entities: [{ name: photo }], sample_data: { photo: [{ id: ${id} }] } }`
    expect(await send(importing, { document })).toMatchObject({ importMetadata: { revision: 1 } })
    const exported = await send('{ exportMetadata(withData: true) }')
    expect(exported).toMatchObject({ exportMetadata: expect.stringContaining(id) })
  })
})

describe('users', () => {
  it('are made and listed', async () => {
    const make = `mutation ($input: UserInput!) { createUser(input: $input) { email displayName roles attributes active } }`
    const input = {
      email: 'Ada@example.com',
      password: 'correct horse',
      displayName: 'Ada',
      roles: ['Editor'],
      attributes: { level: 3 },
    }
    const user = {
      email: 'ada@example.com',
      displayName: 'Ada',
      roles: ['editor'],
      attributes: { level: 3 },
      active: true,
    }
    expect(await send(make, { input })).toEqual({ createUser: user })
    expect(await send('{ users { email createdAt } }')).toEqual({
      users: [{ email: 'ada@example.com', createdAt: expect.stringMatching(/Z$/) }],
    })
    expect(await send(make, { input })).toMatchObject({
      code: 'CONFLICT',
      details: [{ path: 'input.email', field: 'email' }],
    })
  })

  it.each([
    ['first: 101', 'LIMIT_EXCEEDED'],
    ['first: -1', 'BAD_USER_INPUT'],
    ['offset: -1', 'BAD_USER_INPUT'],
  ])('are not listed with %s', async (page, code) => {
    expect(await send(`{ users(${page}) { id } }`)).toMatchObject({ code })
  })

  it('log in here as in the data API', async () => {
    await createUser(pool, { email: 'ada@example.com', password: 'correct horse', displayName: 'Ada' })
    const source =
      'mutation { login(email: "ADA@example.com", password: "correct horse") { token expiresAt viewer { email displayName } } }'
    expect(await send(source, {}, anonymous)).toEqual({
      login: {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        viewer: { email: 'ada@example.com', displayName: 'Ada' },
      },
    })
  })
})
