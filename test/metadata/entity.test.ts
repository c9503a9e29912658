// What a definition of an entity may say, and how each mistake is told.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import { readEntity, writeEntity } from '../../src/metadata/entity.ts'
import { readGoodEntity } from './app.ts'

function problemsOf(written: unknown): readonly string[] {
  const problems: Problem[] = []
  readEntity(written, '', problems)
  return problems.map(({ path, message }) => `${path}: ${message}`)
}

const types = 'string, text, int, bigint, float, decimal, boolean, uuid, timestamp, date, time, json, file'
const pattern = '(^[a-z][a-z0-9]*(_[a-z0-9]+)*$)'
const words = `must be lower case words joined by single underscores, beginning with a letter ${pattern}`

describe('an entity', () => {
  it.each<[written: unknown, ...problems: string[]]>([
    [5, ': must be an object, found 5', 'name: is missing'],
    [[], ': must be an object, found []', 'name: is missing'],
    [{}, 'name: is missing'],
    [{ name: 'Bill' }, `name: ${words}; found "Bill"`],
    [{ name: '_bill' }, `name: ${words}; found "_bill"`],
    [{ name: 'a__b' }, `name: ${words}; found "a__b"`],
    [{ name: 'a"; drop table x' }, `name: ${words}; found "a\\"; drop table x"`],
    [{ name: 'a'.repeat(49) }, 'name: must have at most 48 bytes, found 49'],
    [
      { name: 'bill', feilds: [] },
      expect.stringMatching(/^feilds: is not known here \(did you mean "fields"\?\); known are name, table,/),
    ],
    [
      { name: 'bill', table: 'pg_class' },
      'table: cannot begin with pg_, which PostgreSQL keeps for itself; found "pg_class"',
    ],
    [
      { name: 'pg_bill' },
      'table: cannot begin with pg_, which PostgreSQL keeps for itself; found "pg_bills"',
    ],
    [{ name: 'bill', table: '_users' }, `table: ${words}; found "_users"`],
    [
      { name: 'bill', description: 'a\0b' },
      'description: must be text without NUL and without half surrogate pairs',
    ],
    [
      { name: 'bill', description: '\ud800' },
      'description: must be text without NUL and without half surrogate pairs',
    ],
    [{ name: 'bill', soft_delete: 'yes' }, 'soft_delete: must be true or false, found "yes"'],
    [
      { name: 'bill', primary_key: { type: 'text' } },
      'primary_key.type: must be one of uuid, int, integer, bigint, string; found "text"',
    ],
    [
      { name: 'bill', primary_key: { type: 'string', generated: true } },
      'primary_key.generated: cannot be true for a string key; the client names it',
    ],
    [
      { name: 'bill', primary_key: { field: 'xmin' } },
      'primary_key.field: is reserved: PostgreSQL has a xmin of its own in every table',
    ],
    [
      { name: 'bill', primary_key: { field: 'deleted_at' } },
      'primary_key.field: is reserved: the system keeps the time of deletion there',
    ],
    [{ name: 'bill', fields: { a: 1 } }, 'fields: must be a list, found {"a":1}'],
    [{ name: 'bill', slug: {} }, 'slug.source: is missing'],
    [
      { name: 'bill', slug: { source: 'title' } },
      'slug.source: must name another string or text field, found "title"',
    ],
    [{ name: 'bill', unique_together: [['a']] }, 'unique_together[0]: names no field of the entity: "a"'],
    [{ name: 'bill', indexes: [['id', 'id']] }, 'indexes[0]: names a field twice'],
    [{ name: 'bill', indexes: ['id'] }, 'indexes[0]: must be a list of field names, found "id"'],
    [
      { name: 'bill', search_language: "en'; --" },
      `search_language: must be a text search configuration such as english, found "en'; --"`,
    ],
  ])('of %j is refused', (written, ...problems) => {
    expect(problemsOf(written)).toEqual(problems)
  })

  it('is filled with defaults', () => {
    expect(readGoodEntity({ name: 'bill' })).toEqual({
      name: 'bill',
      table: 'bills',
      plural: 'bills',
      description: '',
      key: { field: 'id', type: 'uuid', generated: true },
      softDelete: true,
      fields: [expect.objectContaining({ name: 'id', type: 'uuid', nullable: false, required: false })],
      uniqueTogether: [],
      indexes: [],
      searchLanguage: 'simple',
    })
  })

  it.each<[Record<string, unknown>]>([
    [{ name: 'bill', fields: [] }],
    [
      {
        name: 'news',
        table: 'articles',
        plural: 'news_list',
        description: 'What is new',
        soft_delete: false,
        fields: [],
      },
    ],
    [
      {
        name: 'bill',
        primary_key: { field: 'number', type: 'int', generated: false },
        fields: [{ name: 'number', type: 'int', description: 'On paper' }],
      },
    ],
    [{ name: 'bill', slug: { field: 'slug', source: 'title' }, fields: [{ name: 'title', type: 'string' }] }],
    [
      {
        name: 'bill',
        search_language: 'german',
        unique_together: [['a', 'b']],
        indexes: [['b', 'a']],
        fields: [
          { name: 'a', type: 'decimal', description: 'Money', required: true, unique: true, precision: 2 },
          {
            name: 'b',
            type: 'string',
            indexed: true,
            hidden: true,
            searchable: true,
            nullable: true,
            default: "it's",
            enum: ["it's", 'not'],
          },
          { name: 'c', type: 'timestamp', auto: 'update' },
          { name: 'd', type: 'file', accept: ['image/*'], max_size: 5 },
          { name: 'e', type: 'uuid', references: 'user' },
          { name: 'f', type: 'json', default: { a: [1], b: null } },
          { name: 'g', type: 'string', nullable: true },
        ],
      },
    ],
  ])('of %j is written as it was', (written) => {
    expect(writeEntity(readGoodEntity(written))).toEqual(written)
    expect(readGoodEntity(writeEntity(readGoodEntity(written)))).toEqual(readGoodEntity(written))
  })
})

describe('a field', () => {
  const text = 'must be text that is not empty and has no NUL'
  it.each<[field: unknown, ...problems: string[]]>([
    [
      'a',
      'fields[0]: must be an object, found "a"',
      'fields[0].name: is missing',
      `fields[0].type: is missing; it must be one of ${types}`,
    ],
    [{ name: 'a' }, `fields[0].type: is missing; it must be one of ${types}`],
    [
      { name: 'a', type: 'txt' },
      `fields[0].type: must be one of ${types}, integer; found "txt" (did you mean "text"?)`,
    ],
    [
      { name: 'deleted_at', type: 'int' },
      'fields[0].name: is reserved: the system keeps the time of deletion there',
    ],
    [
      { name: 'ctid', type: 'int' },
      'fields[0].name: is reserved: PostgreSQL has a ctid of its own in every table',
    ],
    [
      { name: 'a', type: 'int', required: true, nullable: true },
      'fields[0].nullable: cannot be true on a required field; drop one of the two',
    ],
    [{ name: 'a', type: 'int', precision: 2 }, 'fields[0].precision: is for decimal fields, not for int'],
    [
      { name: 'a', type: 'decimal', precision: 19 },
      'fields[0].precision: must be a whole number from 0 to 18, found 19',
    ],
    [
      { name: 'a', type: 'int', auto: 'create' },
      'fields[0].auto: is for timestamp, date and time fields, not for int',
    ],
    [
      { name: 'a', type: 'date', auto: 'create', default: '2026-01-31' },
      'fields[0].default: cannot stand beside auto; the system sets the value',
    ],
    [
      { name: 'a', type: 'date', auto: 'always' },
      'fields[0].auto: must be one of create, update; found "always"',
    ],
    [
      { name: 'a', type: 'int', hidden: true, required: true },
      'fields[0].default: is missing; a field that is hidden or secret, and required, needs one',
    ],
    [
      { name: 'a', type: 'int', searchable: true },
      'fields[0].searchable: is for string and text fields, not for int',
    ],
    [{ name: 'a', type: 'int', references: 'user' }, 'fields[0].references: is for uuid fields, not for int'],
    [
      { name: 'a', type: 'uuid', references: 'customer' },
      'fields[0].references: must be one of user; found "customer"',
    ],
    [{ name: 'a', type: 'int', accept: ['image/png'] }, 'fields[0].accept: is for file fields, not for int'],
    [
      { name: 'a', type: 'file', accept: ['image/*', '\0', '.png', 'image/png; x', '*/*'] },
      ...['\\u0000', '.png', 'image/png; x', '*/*'].map(
        (found, index) =>
          `fields[0].accept[${index + 1}]: must be a type such as image/png or image/*, found "${found}"`,
      ),
    ],
    [{ name: 'a', type: 'json', unique: true }, 'fields[0].unique: is not for json fields'],
    [{ name: 'a', type: 'int', enum: ['1'] }, 'fields[0].enum: is for string and text fields, not for int'],
    [{ name: 'a', type: 'string', enum: [] }, 'fields[0].enum: must list at least one value'],
    [{ name: 'a', type: 'string', enum: ['x', 'x'] }, 'fields[0].enum[1]: is listed twice: "x"'],
    [{ name: 'a', type: 'string', enum: [''] }, `fields[0].enum[0]: ${text}`],
    [
      { name: 'a', type: 'string', enum: ['x'], default: 'y' },
      `fields[0].default: must be one of the enum's values (x), found "y"`,
    ],
    [
      { name: 'a', type: 'int', default: 1.5 },
      'fields[0].default: must be a whole number from -2147483648 to 2147483647, found 1.5, because the field is of type int',
    ],
    [
      { name: 'a', type: 'date', default: '2026-02-30' },
      'fields[0].default: must be a date such as 2026-01-31, found "2026-02-30", because the field is of type date',
    ],
    [
      { name: 'a', type: 'json', default: { a: '\0' } },
      'fields[0].default: must be a JSON value whose texts have no NUL and no half surrogate pairs, because the field is of type json',
    ],
    [
      { name: 'a', type: 'int', requierd: true },
      expect.stringMatching(/^fields\[0\]\.requierd: is not known here \(did you mean "required"\?\)/),
    ],
    [{ name: 'id', type: 'int' }, 'fields[0].type: must be uuid, as primary_key says; found int'],
  ])('of %j is refused', (field, ...problems) => {
    expect(problemsOf({ name: 'bill', fields: [field] })).toEqual(problems)
  })

  it('has a name of its own', () => {
    const field = { name: 'a', type: 'int' }
    expect(problemsOf({ name: 'bill', fields: [field, field] })).toEqual([
      'fields[1].name: is taken by fields[0]: "a"',
    ])
  })

  it.each([
    [{}, true],
    [{ required: true }, false],
    [{ default: 1 }, false],
    [{ default: 1, nullable: true }, true],
    [{ nullable: false }, false],
  ])('with %j is nullable: %s', (more, nullable) => {
    expect(
      readGoodEntity({ name: 'bill', fields: [{ name: 'a', type: 'int', ...more }] }).fields[1]?.nullable,
    ).toBe(nullable)
  })
})
