// What a definition of a state machine may say by itself, and that it is written back without loss.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import { listStates, readStateMachine, writeStateMachine } from '../../src/metadata/state-machine.ts'
import { readGoodMachine, type Written } from './app.ts'

function problemsOf(written: unknown): readonly string[] {
  const problems: Problem[] = []
  readStateMachine(written, 'state_machines[0]', problems)
  return problems.map(
    ({ path, message }) => `${path.replace('state_machines[0].definition', '~')}: ${message}`,
  )
}

const machine = (...transitions: readonly unknown[]): Written => ({
  entity: 'invoice',
  field: 'status',
  definition: { initial: 'draft', transitions },
})
const acting = (...actions: readonly unknown[]) => machine({ from: 'draft', to: 'sent', actions })

describe('a state machine', () => {
  it.each<[written: unknown, ...problems: (string | RegExp)[]]>([
    [
      {},
      'state_machines[0].entity: is missing',
      'state_machines[0].field: is missing',
      '~: must be an object, found nothing',
      '~.initial: is missing; it names a state',
    ],
    [{ ...machine(), states: [] }, /^state_machines\[0\]\.states: is not known here/],
    [{ ...machine(), definition: { initial: '' } }, '~.initial: must be a state, found empty text'],
    [{ ...machine(), definition: { initial: 1 } }, '~.initial: must be text, found 1'],
    [
      { ...machine(), definition: { initial: 'a', transitions: {} } },
      '~.transitions: must be a list, found {}',
    ],
    [
      machine({}),
      '~.transitions[0].from: is missing; it names a state',
      '~.transitions[0].to: is missing; it names a state',
    ],
    [machine({ from: [], to: 'b' }), '~.transitions[0].from: must name at least one state'],
    [
      machine({ from: ['a', 'a', ''], to: 'b' }),
      '~.transitions[0].from[1]: is listed twice: "a"',
      '~.transitions[0].from[2]: must be a state, found empty text',
    ],
    [
      machine({ from: ['a', 'b'], to: 'b' }),
      '~.transitions[0].to: must be another state than it comes from, found "b" for both',
    ],
    [
      machine({ from: 'a', to: 'b', roles: ['x', ' '] }),
      '~.transitions[0].roles[1]: must be a role, found empty text',
    ],
    [
      machine({ from: 'a', to: 'b', guard: '' }),
      '~.transitions[0].guard: must be an expression, found empty text',
    ],
    [
      machine({ from: 'a', to: 'b', gard: 'x' }),
      /^~\.transitions\[0\]\.gard: is not known here \(did you mean "guard"\?\)/,
    ],
    [acting(5), /^~\.transitions\[0\]\.actions\[0\]: is missing; it is one of set_field/],
    [
      acting({ type: 'email' }),
      /^~\.transitions\[0\]\.actions\[0\]\.type: must be one of set_field, create_record, send_event, webhook; found "email"/,
    ],
    [
      acting({ type: 'set_field' }),
      '~.transitions[0].actions[0].field: is missing',
      '~.transitions[0].actions[0].value: is missing; null clears the field',
    ],
    [
      acting({ type: 'set_field', field: 'a', value: { expression: '' } }),
      '~.transitions[0].actions[0].value.expression: must be an expression, found empty text',
    ],
    [
      acting({ type: 'set_field', field: 'a', value: 1, url: 'x' }),
      '~.transitions[0].actions[0].url: is not for set_field actions; those have type, field, value',
    ],
    [
      acting({ type: 'create_record', entity: 'b', values: [] }),
      '~.transitions[0].actions[0].values: must be an object, found []',
    ],
    [acting({ type: 'send_event' }), '~.transitions[0].actions[0].event: is missing; it names the event'],
    [
      acting({ type: 'webhook', url: 'ftp://x', method: 'SEND', headers: { a: 1 }, retry: 3 }),
      '~.transitions[0].actions[0].url: must be an address that begins with http:// or https://, found "ftp://x"',
      /^~\.transitions\[0\]\.actions\[0\]\.method: must be one of GET, POST, PUT, PATCH, DELETE; found "SEND"/,
      '~.transitions[0].actions[0].retry: must be an object, found 3',
      '~.transitions[0].actions[0].headers.a: must be text, found 1',
    ],
    [
      acting({ type: 'send_event', event: 'x', payload: { 'a\0': 1 } }),
      '~.transitions[0].actions[0].payload: must be a JSON value whose texts have no NUL and no half surrogate pairs',
    ],
    [
      acting({ type: 'webhook', url: 'https://x', headers: { a: '\0' } }),
      '~.transitions[0].actions[0].headers: must be a JSON value whose texts have no NUL and no half surrogate pairs',
    ],
    [acting({ type: 'webhook' }), '~.transitions[0].actions[0].url: is missing'],
  ])('of %j is refused', (written, ...problems) => {
    expect(problemsOf(written)).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
    )
  })

  it.each<Written>([
    { entity: 'a', field: 'b', definition: { initial: 'x' } },
    {
      entity: 'a',
      field: 'b',
      active: false,
      definition: { initial: 'x', transitions: [{ from: 'x', to: 'y' }] },
    },
    machine({
      from: ['draft', 'sent'],
      to: 'void',
      roles: ['admin'],
      guard: 'count(related.items) == 0',
      related_load: [{ relation: 'items' }],
      actions: [
        { type: 'set_field', field: 'sent_at', value: 'now' },
        { type: 'set_field', field: 'note', value: null },
        { type: 'set_field', field: 'total', value: { expression: 'record.total * 2' } },
        { type: 'create_record', entity: 'log', values: { at: 'now', text: { expression: "'x'" } } },
        { type: 'create_record', entity: 'log' },
        { type: 'send_event', event: 'invoice.sent', payload: { id: { expression: 'record.id' }, n: [1] } },
        {
          type: 'webhook',
          url: 'https://example.com/x',
          method: 'POST',
          headers: { 'X-Key': '{{env.KEY}}' },
        },
      ],
    }),
  ])('is written as it was read: %j', (written) => {
    expect(JSON.stringify(writeStateMachine(readGoodMachine(written)))).toBe(JSON.stringify(written))
  })

  it('knows roles without case, and one state for a list of one', () => {
    const written = machine({ from: ['a'], to: 'b', roles: ['Admin', 'admin', 'CLERK'] })
    expect(writeStateMachine(readGoodMachine(written))).toEqual(
      machine({ from: 'a', to: 'b', roles: ['admin', 'clerk'] }),
    )
  })

  it('takes the older name of an event, and writes the newer', () => {
    const written = acting({ type: 'send_event', name: 'paid' })
    expect(writeStateMachine(readGoodMachine(written))).toEqual(acting({ type: 'send_event', event: 'paid' }))
  })

  it('has the initial state first, then those of the transitions in their order', () => {
    const { definition } = readGoodMachine(machine({ from: ['z', 'draft'], to: 'b' }, { from: 'b', to: 'a' }))
    expect(listStates(definition)).toEqual(['draft', 'z', 'b', 'a'])
  })
})
