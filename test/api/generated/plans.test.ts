// Inputs become plans: names of the language, paths of the API, and every row of a wrong shape told at once.
import { describe, expect, it, test } from 'vitest'
import { planInput, planInputs } from '../../../src/api/generated/plans.ts'
import { buildShape, type Shape } from '../../../src/api/generated/shape.ts'
import { AppError } from '../../../src/errors.ts'
import { entityOf } from '../../../src/metadata/registry.ts'
import { billing } from '../../support/billing.ts'
import { makeRegistry, viewOf } from '../../support/registry.ts'

const registry = makeRegistry(billing)
const shapes = new Map<string, Shape>()
function shapeOf(entity: string): Shape {
  const shape =
    shapes.get(entity) ?? buildShape(entityOf(registry, entity), viewOf(registry, entity), shapeOf)
  shapes.set(entity, shape)
  return shape
}

const invoice = shapeOf('invoice')
const one = '11111111-1111-4111-8111-111111111111'
const two = '22222222-2222-4222-8222-222222222222'

function refusalOf(plan: () => unknown): AppError {
  try {
    plan()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('The input was planned')
}

/** What is told of an input: the code, and path and message of each problem. */
function told(plan: () => unknown) {
  const { code, details = [] } = refusalOf(plan)
  return [code, ...details.map(({ path, message }) => `${path}: ${message}`)]
}

describe('an input', () => {
  it('gives its values by the names of the language, nulls too, and nothing that was not given', () => {
    expect(planInput(invoice, { customerId: one, note: null, number: undefined })).toEqual({
      input: { customer_id: one, note: null },
      relations: [],
    })
  })

  it('may be absent', () => {
    expect(planInput(invoice, undefined)).toEqual({ input: {}, relations: [] })
  })

  it('reads whole-number keys, which come as text', () => {
    expect(planInput(shapeOf('folder'), { parentId: '7', folders: { data: [{ id: '8' }] } })).toMatchObject({
      input: { parent_id: 7 },
      relations: [{ rows: [{ key: 8 }] }],
    })
  })

  it('nests rows to any kind, each with its path', () => {
    const { relations } = planInput(invoice, {
      items: {
        data: [{ description: 'Bolts', taxLines: { mode: 'replace', data: [{ name: 'VAT', rate: '19' }] } }],
      },
      tags: { mode: 'append', data: [{ id: 'new', create: true, label: 'New' }, { id: 'old' }] },
    })
    expect(relations).toMatchObject([
      {
        end: { name: 'items' },
        path: 'items',
        mode: 'diff',
        rows: [
          {
            kind: 'add',
            path: 'items.data[0]',
            input: { description: 'Bolts' },
            relations: [
              {
                path: 'items.data[0].taxLines',
                mode: 'replace',
                rows: [
                  {
                    kind: 'add',
                    path: 'items.data[0].taxLines.data[0]',
                    input: { name: 'VAT', rate: '19' },
                  },
                ],
              },
            ],
          },
        ],
      },
      {
        end: { name: 'tags' },
        mode: 'append',
        rows: [
          { kind: 'add', path: 'tags.data[0]', key: 'new', input: { label: 'New' } },
          { kind: 'keep', path: 'tags.data[1]', key: 'old', input: {} },
        ],
      },
    ])
  })

  it('has one row, without an index, where the relation leads to one', () => {
    const { relations } = planInput(shapeOf('customer'), { profile: { data: { phone: '1' } } })
    expect(relations).toMatchObject([{ rows: [{ kind: 'add', path: 'profile.data' }] }])
  })

  it.each([[null], [undefined]])('has no row where %s is given for one', (data) => {
    const { relations } = planInput(shapeOf('customer'), { profile: { mode: 'replace', data } })
    expect(relations).toMatchObject([{ mode: 'replace', rows: [] }])
  })

  it.each([[null], [undefined]])('leaves a relation alone that is %s', (items) => {
    expect(planInput(invoice, { items }).relations).toEqual([])
  })

  it('tells removed rows from others by delete: true alone', () => {
    const data = [
      { id: one, delete: true },
      { id: two, delete: false, create: false },
    ]
    expect(planInput(invoice, { items: { data } }).relations[0]?.rows).toMatchObject([
      { kind: 'remove', key: one },
      { kind: 'keep', key: two },
    ])
  })

  it('is one of many under the path inputs', () => {
    const planned = planInputs(invoice, [{}, { items: { data: [{ description: 'x' }] } }])
    expect(planned).toMatchObject([
      { path: 'inputs[0]' },
      { path: 'inputs[1]', relations: [{ rows: [{ path: 'inputs[1].items.data[0]' }] }] },
    ])
  })
})

describe('rows of a wrong shape', () => {
  test.each([
    [
      'delete without an id',
      { items: { data: [{ delete: true }] } },
      'items.data[0]: has delete without an id; name the row to take out',
    ],
    [
      'delete beside fields',
      { items: { data: [{ id: one, delete: true, quantity: 2, taxLines: { data: [] } }] } },
      'items.data[0]: has delete beside quantity, taxLines; a row that is taken out has its id only',
    ],
    [
      'create without an id',
      { items: { data: [{ create: true, description: 'x' }] } },
      'items.data[0]: has create without an id; leave create out to have one made',
    ],
    [
      'create beside delete',
      { items: { data: [{ id: one, create: true, delete: true }] } },
      'items.data[0]: has both create and delete; a row is either made or taken out',
    ],
    [
      'an id for a new row that cannot be one',
      { items: { data: [{ id: 'x', create: true }] } },
      'items.data[0].id: must be a UUID such as 6f9619ff-8b86-4d11-b42d-00c04fc964ff, found "x"',
    ],
    [
      'an id twice, in other letters',
      { items: { data: [{ id: one.replaceAll('1', 'a') }, { id: one.replaceAll('1', 'A') }] } },
      `items.data[1]: names the invoice_item "${one.replaceAll('1', 'a')}" a second time`,
    ],
    [
      'an id once to keep and once to take out',
      { tags: { data: [{ id: 'x' }, { id: 'x', delete: true }] } },
      'tags.data[1]: names the tag "x" a second time',
    ],
    [
      'delete without an id three levels deep',
      { items: { data: [{ description: 'x' }, { taxLines: { data: [{ delete: true }] } }] } },
      'items.data[1].taxLines.data[0]: has delete without an id; name the row to take out',
    ],
  ])('are refused: %s', (_title, input, problem) => {
    expect(told(() => planInput(invoice, input))).toEqual(['BAD_USER_INPUT', problem])
  })

  it('are refused where the relation leads to one', () => {
    expect(told(() => planInput(shapeOf('customer'), { profile: { data: { delete: true } } }))).toEqual([
      'BAD_USER_INPUT',
      'profile.data: has delete without an id; name the row to take out',
    ])
  })

  it('are told all at once, with the number of the rest in the message', () => {
    const error = refusalOf(() =>
      planInputs(invoice, [
        { items: { data: [{ delete: true }] } },
        {
          tags: {
            data: [
              { create: true, taxLines: {} },
              { id: 'a', create: true, delete: true },
            ],
          },
        },
      ]),
    )
    expect(error.message).toBe(
      'inputs[0].items.data[0]: has delete without an id; name the row to take out (and 2 more)',
    )
    expect(error.details?.map(({ path }) => path)).toEqual([
      'inputs[0].items.data[0]',
      'inputs[1].tags.data[0]',
      'inputs[1].tags.data[1]',
    ])
  })
})

describe('an id of a wrong form', () => {
  it('belongs to no record, as a foreign one', () => {
    const data = [{ id: 'x', description: 'a' }, { id: one }, { id: '12', delete: true }]
    expect(told(() => planInput(invoice, { items: { data } }))).toEqual([
      'NOT_FOUND',
      'items.data[0]: There is no invoice_item with the id "x"',
      'items.data[2]: There is no invoice_item with the id "12"',
    ])
  })

  it('is told only once the rows have a shape', () => {
    const data = [{ id: 'x' }, { delete: true }]
    expect(told(() => planInput(invoice, { items: { data } }))[0]).toBe('BAD_USER_INPUT')
  })
})

describe('the size of an input', () => {
  function nest(levels: number): unknown {
    return levels === 0 ? { name: 'leaf' } : { name: 'x', folders: { data: [nest(levels - 1)] } }
  }
  const rows = (count: number) => ({
    items: { data: Array.from({ length: count }, () => ({ description: 'x' })) },
  })

  it('may be five levels and 1,000 rows', () => {
    expect(() => planInput(shapeOf('folder'), nest(5))).not.toThrow()
    expect(planInput(invoice, rows(1_000)).relations[0]?.rows).toHaveLength(1_000)
  })

  test.each([
    [
      'six levels',
      () => planInput(shapeOf('folder'), nest(6)),
      'nests rows 6 levels deep; at most 5 are allowed',
    ],
    ['1,001 rows', () => planInput(invoice, rows(1_001)), 'has 1001 rows in all; at most 1000 are allowed'],
    [
      '1,001 rows, those of inputs among them',
      () => planInputs(invoice, [rows(500), rows(499)]),
      'has 1001 rows in all; at most 1000 are allowed',
    ],
  ])('may not be %s', (_title, plan, message) => {
    const { code, message: found } = refusalOf(plan)
    expect([code, found]).toEqual(['LIMIT_EXCEEDED', `The input ${message}`])
  })
})
