// The SQL of orders: where the values come from, and how a page continues behind a row.
import { describe, expect, test } from 'vitest'
import { anonymous } from '../../src/auth/viewer.ts'
import { entityOf, type RelationEnd } from '../../src/metadata/registry.ts'
import { writeAfter, writePositions } from '../../src/pipeline/reads/keyset.ts'
import {
  completeOrder,
  nameOrder,
  type OrderTerm,
  orderTerm,
  type Position,
  placeOrder,
  type SortKey,
  writeOrder,
} from '../../src/pipeline/reads/order.ts'
import type { Values } from '../../src/pipeline/statement.ts'
import { makeRegistry } from '../support/registry.ts'

const registry = makeRegistry({
  entities: [
    { name: 'city', fields: [{ name: 'name', type: 'string', required: true }] },
    {
      name: 'person',
      fields: [
        { name: 'age', type: 'int' },
        { name: 'size', type: 'int', required: true },
        { name: 'city_id', type: 'uuid', required: true },
      ],
    },
  ],
  relations: [
    { name: 'people', type: 'one_to_many', source: 'city', target: 'person', target_key: 'city_id' },
  ],
})
const person = entityOf(registry, 'person')
const city = entityOf(registry, 'city')

function endOf(entity: string, name: string): RelationEnd {
  const end = entityOf(registry, entity).ends.find((each) => each.name === name)
  if (end === undefined) throw new Error(`${entity} has no relation ${name}`)
  return end
}

function keyOf(entity: typeof person, name: string): SortKey {
  const field = entity.fieldsByName.get(name)
  if (field === undefined) throw new Error(`${entity.name} has no field ${name}`)
  return { kind: 'column', field }
}

const home = endOf('person', 'city')
const people: SortKey = { kind: 'count', end: endOf('city', 'people') }

function place(terms: readonly OrderTerm[], entity = person) {
  const viewer = { ...anonymous, roles: ['admin'] }
  return placeOrder(completeOrder(entity, terms), { registry, viewer, alias: 't', values: [] })
}

function continueAfter(terms: readonly OrderTerm[], position: Position, entity = person): string {
  const values: Values = []
  const text = writeAfter(place(terms, entity).terms, position, values)
  expect(values).toEqual(position)
  return text
}

describe('the values of an order', () => {
  test('stand in the row itself where they can', () => {
    const { joins, terms } = place([orderTerm([], keyOf(person, 'age'), 'DESC', 'LAST')])
    expect([joins, writeOrder(terms)]).toEqual(['', 't."age" DESC NULLS LAST, t."id" DESC'])
  })

  test('come from a visible row behind a relation, once for order, cursor and page', () => {
    const { joins, terms } = place([orderTerm([home], keyOf(city, 'name'), 'ASC')])
    expect(joins).toBe(
      ' left join lateral (select t1."name" as value from "cities" t1 where t1."id" = t."city_id" and t1."deleted_at" is null) o0 on true',
    )
    expect(writeOrder(terms)).toBe('o0.value ASC, t."id" ASC')
    expect(writePositions(terms)).toBe('o0.value::text as "$0", t."id"::text as "$1"')
  })

  test('are counted among visible rows', () => {
    expect(place([orderTerm([], people, 'DESC')], city).joins).toBe(
      ' left join lateral (select (select count(*) from "people" t1 where t1."city_id" = t."id" and t1."deleted_at" is null) as value) o0 on true',
    )
    expect(place([orderTerm([home], people, 'ASC')]).joins).toBe(
      ' left join lateral (select (select count(*) from "people" t2 where t2."city_id" = t1."id" and t2."deleted_at" is null) as value from "cities" t1 where t1."id" = t."city_id" and t1."deleted_at" is null) o0 on true',
    )
  })
})

describe('the page behind a row', () => {
  const id = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'

  test('is one comparison of rows where nothing is null', () => {
    expect(continueAfter([orderTerm([], keyOf(person, 'size'), 'DESC')], ['7', id])).toBe(
      '(t."size", t."id") < ($1::text::integer, $2::text::uuid)',
    )
    expect(continueAfter([orderTerm([], people, 'ASC')], ['7', id], city)).toBe(
      '(o0.value, t."id") > ($1::text::bigint, $2::text::uuid)',
    )
  })

  test('goes step by step where something may be null, and starts at an index where it can', () => {
    expect(continueAfter([orderTerm([], keyOf(person, 'age'), 'DESC')], ['7', id])).toBe(
      '($1::text::integer is null or t."age" <= $1::text::integer) and ' +
        '(t."age" < $1::text::integer or (t."age" is not null and $1::text::integer is null) or ' +
        '(t."age" is not distinct from $1::text::integer and t."id" < $2::text::uuid))',
    )
  })

  test.each(['FIRST', 'LAST'] as const)(
    'has one text whether the row has a value or null, nulls %s',
    (nulls) => {
      const terms = [orderTerm([home], keyOf(city, 'name'), 'ASC', nulls)]
      expect(continueAfter(terms, [null, id])).toBe(continueAfter(terms, ['x', id]))
    },
  )
})

test('the name of an order tells path, type, direction and nulls', () => {
  const terms = completeOrder(person, [
    orderTerm([home], keyOf(city, 'name'), 'ASC'),
    orderTerm([home], people, 'DESC'),
  ])
  expect(nameOrder(person, terms)).toBe(
    'person:city.name string ASC LAST,city.people count DESC FIRST,id uuid DESC FIRST',
  )
})

test('a key that comes again, and what follows the own key, is dropped', () => {
  const name = orderTerm([home], keyOf(city, 'name'), 'ASC')
  const own = orderTerm([], keyOf(person, 'id'), 'ASC')
  const behind = orderTerm([home], keyOf(city, 'id'), 'DESC')
  expect(
    completeOrder(person, [
      name,
      behind,
      { ...name, direction: 'DESC' },
      own,
      orderTerm([], keyOf(person, 'age'), 'ASC'),
    ]),
  ).toEqual([name, behind, own])
})
