// Which filters hold for every row, and so need all: true in a mutation of many records.
import { expect, test } from 'vitest'
import { buildShape, type Shape } from '../../../src/api/generated/shape.ts'
import { readFilter } from '../../../src/api/generated/where.ts'
import { entityOf } from '../../../src/metadata/registry.ts'
import { isAlwaysTrue } from '../../../src/pipeline/reads/filter.ts'
import { billing } from '../../support/billing.ts'
import { makeRegistry, viewOf } from '../../support/registry.ts'

const registry = makeRegistry(billing)
const shapeOf = (entity: string): Shape =>
  buildShape(entityOf(registry, entity), viewOf(registry, entity), shapeOf)
const invoice = shapeOf('invoice')
const some = { number: { eq: 'A' } }

test.each<[object]>([
  [{}],
  [{ and: [] }],
  [{ and: [{}, { and: [{}] }] }],
  [{ or: [some, {}] }],
  [{ not: { or: [] } }],
  [{ not: { not: {} } }],
  [{ not: { and: [some, { or: [] }] } }],
  [{ number: {} }],
  [{ number: { notIn: [] } }],
  [{ items: {} }],
  [{ items: { every: {} } }],
  [{ items: { none: { or: [] } } }],
  [{ not: { items: { some: { or: [] } } } }],
])('%j holds for every row', (where) => {
  expect(isAlwaysTrue(readFilter(invoice, where))).toBe(true)
})

test.each<[object]>([
  [some],
  [{ or: [] }],
  [{ not: {} }],
  [{ and: [{}, some] }],
  [{ and: [some, { or: [] }] }],
  [{ or: [some, { or: [] }] }],
  [{ not: some }],
  [{ number: { in: [] } }],
  [{ note: { isNull: false } }],
  [{ customer: {} }],
  [{ items: { some: {} } }],
  [{ items: { none: {} } }],
  [{ items: { every: { description: { eq: 'A' } } } }],
  [{ items: { count: { gte: 1 } } }],
])('%j does not', (where) => {
  expect(isAlwaysTrue(readFilter(invoice, where))).toBe(false)
})
