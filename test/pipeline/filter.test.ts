// The SQL of filters: what a viewer may not see is left out in every sub-select, and values never change the text.
import { expect, test } from 'vitest'
import { anonymous, type Viewer } from '../../src/auth/viewer.ts'
import { entityOf, type RelationEnd } from '../../src/metadata/registry.ts'
import { type Filter, writeFilter } from '../../src/pipeline/reads/filter.ts'
import type { Values } from '../../src/pipeline/statement.ts'
import { makeRegistry } from '../support/registry.ts'

const registry = makeRegistry({
  entities: [
    {
      name: 'person',
      fields: [
        { name: 'age', type: 'int' },
        { name: 'boss_id', type: 'uuid' },
        { name: 'extra', type: 'json' },
      ],
    },
    { name: 'team', soft_delete: false, fields: [{ name: 'label', type: 'string' }] },
  ],
  relations: [
    { name: 'reports', type: 'one_to_many', source: 'person', target: 'person', target_key: 'boss_id' },
    { name: 'members', type: 'many_to_many', source: 'team', target: 'person' },
  ],
})
const person = entityOf(registry, 'person')
const admin: Viewer = { ...anonymous, roles: ['admin'] }

function endOf(entity: string, name: string): RelationEnd {
  const end = entityOf(registry, entity).ends.find((each) => each.name === name)
  if (end === undefined) throw new Error(`${entity} has no relation ${name}`)
  return end
}

function fieldOf(name: string) {
  const field = person.fieldsByName.get(name)
  if (field === undefined) throw new Error(`person has no field ${name}`)
  return field
}

function writeFor(filter: Filter, viewer = admin): Readonly<{ text: string; values: Values }> {
  const values: Values = []
  return { text: writeFilter(filter, { registry, viewer, alias: 't', values }), values }
}

const isOld: Filter = { kind: 'compare', field: fieldOf('age'), operator: 'gt', value: 60 }
const boss = endOf('person', 'boss')
const reports = endOf('person', 'reports')

test('a relation to one is a row that exists, is visible, and meets the filter', () => {
  expect(writeFor({ kind: 'related', end: boss, quantifier: 'some', part: isOld })).toEqual({
    text: 'exists (select 1 from "people" t1 where t1."id" = t."boss_id" and t1."deleted_at" is null and t1."age" > $1::integer)',
    values: [60],
  })
})

test('every is no row for which the filter is not true', () => {
  expect(writeFor({ kind: 'related', end: reports, quantifier: 'every', part: isOld }).text).toBe(
    'not exists (select 1 from "people" t1 where t1."boss_id" = t."id" and t1."deleted_at" is null and (t1."age" > $1::integer) is not true)',
  )
})

test('each nesting has an alias of its own, over join tables too', () => {
  const part: Filter = { kind: 'related', end: endOf('team', 'members'), quantifier: 'none', part: isOld }
  const text = writeFor({ kind: 'related', end: endOf('person', 'teams'), quantifier: 'some', part }).text
  expect(text).toBe(
    'exists (select 1 from "team_members" j1 join "teams" t1 on t1."id" = j1."team_id" where j1."person_id" = t."id" and ' +
      'not exists (select 1 from "team_members" j2 join "people" t2 on t2."id" = j2."person_id" where j2."team_id" = t1."id" and t2."deleted_at" is null and t2."age" > $1::integer))',
  )
})

test('a count counts visible rows', () => {
  const condition = { kind: 'compare', operator: 'gte', value: 2 } as const
  expect(writeFor({ kind: 'count', end: reports, condition }).text).toBe(
    '(select count(*) from "people" t1 where t1."boss_id" = t."id" and t1."deleted_at" is null) >= $1::bigint',
  )
})

test('who may see nothing gets nothing behind a relation', () => {
  expect(writeFor({ kind: 'related', end: boss, quantifier: 'some', part: isOld }, anonymous).text).toContain(
    'and false and',
  )
})

test('lists and paths of any length and content have one text', () => {
  const among = (values: readonly number[]): string =>
    writeFor({ kind: 'among', field: fieldOf('age'), values, isNegated: false }).text
  expect(among([])).toBe(among([1, 2, 3]))
  const atPath = (path: readonly string[], value: string): Readonly<{ text: string; values: Values }> =>
    writeFor({
      kind: 'atPath',
      field: fieldOf('extra'),
      path,
      conditions: [{ kind: 'compare', operator: 'eq', value }],
    })
  const hostile = atPath(["'; drop table people; --"], "' or true")
  expect(hostile.text).toBe(atPath([], '').text)
  expect(hostile.text).toBe('nullif(t."extra" #> $1::text[], \'null\') = $2::text::jsonb')
  expect(hostile.values).toEqual([["'; drop table people; --"], '"\' or true"'])
})
