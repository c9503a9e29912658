// What a definition of a relation may say, what it is called on both sides, and how it must fit the entities.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import { checkDefinitions } from '../../src/metadata/check.ts'
import { readRelation, writeRelation } from '../../src/metadata/relation.ts'
import { nameSides } from '../../src/metadata/sides.ts'
import { readGoodEntity, readGoodRelation, type Written } from './app.ts'

const many: Written = { name: 'items', type: 'one_to_many', source: 'bill', target: 'item' }
const join: Written = { name: 'tags', type: 'many_to_many', source: 'bill', target: 'tag' }

describe('a relation', () => {
  const forJoin = 'is for many_to_many relations only'
  it.each<[written: unknown, ...problems: string[]]>([
    [
      {},
      'name: is missing',
      'source: is missing',
      'target: is missing',
      'type: is missing; it is one_to_one, one_to_many or many_to_many',
    ],
    [
      { ...many, type: 'many_to_one' },
      expect.stringMatching(
        /^type: must be one of one_to_one, one_to_many, many_to_many; found "many_to_one"/,
      ),
    ],
    [
      { ...many, on_delete: 'nothing' },
      'on_delete: must be one of cascade, set_null, restrict, detach; found "nothing"',
    ],
    [
      { ...join, on_delete: 'cascade' },
      'on_delete: must be detach or restrict for many_to_many, found cascade',
    ],
    [
      { ...join, target_key: 'x' },
      'target_key: is for one_to_one and one_to_many; many_to_many has source_join_key and target_join_key',
    ],
    [
      { ...many, join_table: 'x', source_join_key: 'y' },
      `join_table: ${forJoin}`,
      `source_join_key: ${forJoin}`,
    ],
    [
      { ...join, join_table: 'pg_x' },
      'join_table: cannot begin with pg_, which PostgreSQL keeps for itself; found "pg_x"',
    ],
    [
      { ...join, target_join_key: 'xmax' },
      'target_join_key: is reserved: PostgreSQL has a xmax of its own in every table',
    ],
    [{ ...many, ownership: 'both' }, 'ownership: must be one of source, none; found "both"'],
    [{ ...many, cascade: true }, expect.stringMatching(/^cascade: is not known here/)],
  ])('of %j is refused', (written, ...problems) => {
    const found: Problem[] = []
    readRelation(written, '', found)
    expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual(problems)
  })

  const long = 'a'.repeat(48)
  it.each<[Written, Written?]>([
    [{ ...many, target_key: 'bill_id' }],
    [
      { ...many, fetch: 'lazy' },
      { ...many, target_key: 'bill_id' },
    ],
    [
      {
        ...many,
        target_key: 'x',
        inverse: 'of',
        ownership: 'none',
        on_delete: 'set_null',
        write_mode: 'append',
      },
    ],
    [join],
    [{ ...join, join_table: 'bill_tags', source_join_key: 'bill_id' }, join],
    [{ ...join, join_table: 'x', source_join_key: 'a', target_join_key: 'b', on_delete: 'restrict' }],
    [{ name: long, type: 'many_to_many', source: long, target: long }],
  ])('of %j is written without what defaults say', (written, expected = written) => {
    expect(writeRelation(readGoodRelation(written))).toEqual(expected)
    expect(readGoodRelation(writeRelation(readGoodRelation(written)))).toEqual(readGoodRelation(written))
  })
})

describe('the sides', () => {
  const sidesOf = (relations: readonly Written[], fields: readonly Written[] = []) =>
    nameSides({
      entities: [{ name: 'bill', fields }, { name: 'item', fields }, { name: 'tag' }].map(readGoodEntity),
      relations: relations.map(readGoodRelation),
    }).relations.map(({ sides }) => `${sides.source} ${sides.target}`)

  it.each<[readonly Written[], readonly string[]]>([
    [[many], ['items bill']],
    [[{ ...many, target_key: 'payer' }], ['items bill']],
    [[{ ...many, inverse: 'of' }], ['items of']],
    [[join], ['tags bills']],
    [
      [many, { ...many, name: 'extras', inverse: 'bill' }, { ...many, name: 'gifts', inverse: 'bill' }],
      ['items bill', 'extras bill_rel', 'gifts bill_rel2'],
    ],
    [[{ name: 'parents', type: 'many_to_many', source: 'tag', target: 'tag' }], ['parents tags']],
  ])('of %j are settled in order', (relations, sides) => {
    expect(sidesOf(relations)).toEqual(sides)
  })

  it('give way to fields', () => {
    expect(
      sidesOf(
        [many],
        [
          { name: 'items', type: 'int' },
          { name: 'bill', type: 'int' },
        ],
      ),
    ).toEqual(['items_rel bill_rel'])
  })
})

describe('relations and entities', () => {
  const bill = { name: 'bill' }
  const item = {
    name: 'item',
    fields: [
      { name: 'bill_id', type: 'uuid', required: true },
      { name: 'n', type: 'int' },
    ],
  }
  const check = (entities: readonly Written[], relations: readonly Written[]) => {
    const given = { entities: entities.map(readGoodEntity), relations: relations.map(readGoodRelation) }
    return checkDefinitions(nameSides(given)).map(
      ({ kind, name, path, message }) => `${kind} ${name} ${path}: ${message}`,
    )
  }

  it.each<
    [title: string, entities: readonly Written[], relations: readonly Written[], problems: readonly string[]]
  >([
    [
      'no such entity',
      [bill, item],
      [{ ...many, target: 'itm' }],
      ['relation bill.items target: names no entity: "itm" (did you mean "item"?)'],
    ],
    [
      'no such key',
      [bill, item],
      [{ ...many, target_key: 'bil_id' }],
      ['relation bill.items target_key: names no field of item: "bil_id" (did you mean "bill_id"?)'],
    ],
    [
      'no key at all',
      [bill, { name: 'item' }],
      [many],
      [
        'relation bill.items target_key: names no field of item: "bill_id"; add a field { name: bill_id, type: uuid } to item',
      ],
    ],
    [
      'a key of another type',
      [bill, item],
      [{ ...many, target_key: 'n' }],
      ['relation bill.items target_key: must be of type uuid, as the key of bill is; item.n is int'],
    ],
    [
      'a key that cannot be cleared',
      [bill, item],
      [{ ...many, on_delete: 'set_null' }],
      [
        'relation bill.items on_delete: cannot be set_null, because item.bill_id is not nullable; choose cascade or restrict',
      ],
    ],
    [
      'a key that is taken',
      [bill, item],
      [many, { ...many, name: 'others', inverse: 'x' }],
      ['relation bill.others target_key: is taken by the relation bill.items: item.bill_id'],
    ],
    [
      'another key of the source',
      [bill, item],
      [{ ...many, source_key: 'n' }],
      ['relation bill.items source_key: must be the key of bill, id; found "n"'],
    ],
    [
      'a table that is taken',
      [bill, { name: 'note', table: 'bills' }],
      [],
      ['entity note table: is taken by the entity bill: "bills"; name another table'],
    ],
    [
      'a join table that is taken',
      [bill, { name: 'tag' }],
      [{ ...join, join_table: 'tags' }],
      ['relation bill.tags join_table: is taken by the entity tag: "tags"; name another'],
    ],
    [
      'one join key for both',
      [bill, { name: 'tag' }],
      [{ ...join, target_join_key: 'bill_id' }],
      ['relation bill.tags target_join_key: must differ from source_join_key, found "bill_id" for both'],
    ],
  ])('with %s are refused', (_title, entities, relations, problems) => {
    expect(check(entities, relations)).toEqual(problems)
  })
})
