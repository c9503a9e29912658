// Where a record may go next, and in which words somebody is told why not.
import { describe, expect, test } from 'vitest'
import { anonymous, type Viewer } from '../../src/auth/viewer.ts'
import { type Machine, noBehaviour, type Transition } from '../../src/metadata/behaviour.ts'
import { ExpressionError } from '../../src/metadata/expression/error.ts'
import type { Environment } from '../../src/metadata/expression/expression.ts'
import { entityOf, type RegistryEntity } from '../../src/metadata/registry.ts'
import { findOptions } from '../../src/pipeline/transitions.ts'
import { makeRegistry } from '../support/registry.ts'

const fields = [
  { name: 'status', type: 'string' },
  { name: 'total', type: 'int' },
]
const bill = entityOf(makeRegistry({ entities: [{ name: 'bill', fields }] }), 'bill')

function makeTransition(from: string[], to: string, rest: Partial<Transition> = {}): Transition {
  return { from, to, roles: [], usesNow: false, loads: [], isAllowed: () => true, actions: [], ...rest }
}

const totalAbove = (least: number): Partial<Transition> => ({
  guard: `record.total > ${least}`,
  isAllowed: ({ record }) => Number((record as { total: number }).total) > least,
})

/** The entity with a machine of these transitions. */
function withMachine(transitions: readonly Transition[]): RegistryEntity {
  const field = bill.fieldsByName.get('status')
  if (field === undefined) throw new Error('The entity has lost its status')
  const machine: Machine = { field, initial: 'draft', states: [], transitions }
  return { ...bill, behaviour: { ...noBehaviour, machine } }
}

function tell(
  transitions: readonly Transition[],
  row: { status: string | null; total?: number },
  roles: string[],
) {
  const viewer: Viewer = { ...anonymous, id: 'u', roles }
  const look = (to: string): Environment => ({ record: { ...row, status: to }, old: row })
  return findOptions(withMachine(transitions), row, viewer, look)
}

describe('findOptions', () => {
  test('lists each target once, in the order of the definition', () => {
    const transitions = [
      makeTransition(['draft'], 'sent'),
      makeTransition(['draft', 'sent'], 'void'),
      makeTransition(['draft'], 'sent'),
      makeTransition(['sent'], 'paid'),
    ]
    expect(tell(transitions, { status: 'draft' }, ['clerk'])).toEqual([
      { to: 'sent', allowed: true },
      { to: 'void', allowed: true },
    ])
  })

  test('leaves the state itself out: staying is no transition', () => {
    expect(tell([makeTransition(['draft', 'sent'], 'sent')], { status: 'sent' }, ['clerk'])).toEqual([])
  })

  test.each([
    ['a state that leads nowhere', 'void'],
    ['a state that the machine does not know', 'lost'],
    ['no state', null],
  ])('has no option for %s', (_title, status) => {
    expect(tell([makeTransition(['draft'], 'sent')], { status }, ['admin'])).toEqual([])
  })

  test.each([
    ['one who has none of its roles', ['clerk'], false],
    ['one who has one of them', ['clerk', 'accountant'], true],
    ['an administrator', ['admin'], true],
    ['one without a token', ['anonymous'], false],
  ])('asks for the roles of a transition: %s', (_title, roles, allowed) => {
    const transitions = [makeTransition(['draft'], 'sent', { roles: ['accountant', 'chief'] })]
    expect(tell(transitions, { status: 'draft' }, roles)).toEqual([
      allowed ? { to: 'sent', allowed } : { to: 'sent', allowed, reason: 'needs another role' },
    ])
  })

  test.each([
    [1, { to: 'sent', allowed: true }],
    [0, { to: 'sent', allowed: false, reason: 'the guard does not hold: record.total > 0' }],
  ])('asks the guard, of administrators too: a total of %i', (total, option) => {
    const transitions = [makeTransition(['draft'], 'sent', totalAbove(0))]
    expect(tell(transitions, { status: 'draft', total }, ['admin'])).toEqual([option])
  })

  test('allows what any transition to the state allows', () => {
    const transitions = [
      makeTransition(['draft'], 'sent', { roles: ['chief'] }),
      makeTransition(['draft'], 'sent', totalAbove(0)),
    ]
    expect(tell(transitions, { status: 'draft', total: 1 }, ['clerk'])).toEqual([
      { to: 'sent', allowed: true },
    ])
  })

  test('names what stands in the way of each transition to the state', () => {
    const transitions = [
      makeTransition(['draft'], 'sent', { roles: ['chief'] }),
      makeTransition(['draft'], 'sent', totalAbove(9)),
    ]
    expect(tell(transitions, { status: 'draft', total: 1 }, ['clerk'])).toEqual([
      {
        to: 'sent',
        allowed: false,
        reason: 'needs another role; or the guard does not hold',
      },
    ])
  })

  test('says of a guard without an answer that it has none', () => {
    const isAllowed = (): boolean => {
      throw new ExpressionError('division by zero')
    }
    expect(tell([makeTransition(['draft'], 'sent', { isAllowed })], { status: 'draft' }, ['admin'])).toEqual([
      { to: 'sent', allowed: false, reason: 'the guard cannot be worked out: division by zero' },
    ])
  })

  test('shows guards the record in its new state, and the old one beside it', () => {
    const isAllowed = ({ record, old }: Environment): boolean =>
      (record as { status: string }).status === 'sent' && (old as { status: string }).status === 'draft'
    expect(tell([makeTransition(['draft'], 'sent', { isAllowed })], { status: 'draft' }, ['clerk'])).toEqual([
      { to: 'sent', allowed: true },
    ])
  })

  test('has no option for an entity without a machine', () => {
    expect(findOptions(bill, { status: 'draft' }, anonymous, () => ({}))).toEqual([])
  })
})
