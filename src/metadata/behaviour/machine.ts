// State machines: the field must be able to hold the states, and every state must have a way to it.

import { describe, joinPath, suggest } from '../../reader.ts'
import type { Machine, Transition } from '../behaviour.ts'
import { isTrue } from '../expression/values.ts'
import type { Field } from '../field.ts'
import { listStates, type StateMachine, type TransitionDefinition } from '../state-machine.ts'
import { buildAction } from './action.ts'
import { type Basis, findMaker, type Report, type Subject } from './basis.ts'
import { compileCondition, usesNow } from './compile.ts'
import { findField } from './field-check.ts'
import { buildLoads } from './loads.ts'
import { findUnreachable, listRepeated } from './states.ts'

/** What a machine comes to; undefined when its field cannot hold states. */
export function buildMachine(basis: Basis, machine: StateMachine, report: Report): Machine | undefined {
  const { subject } = basis
  const { definition } = machine
  const field = findField(subject, machine.field, 'field', report)
  if (field === undefined) return undefined
  const obstacle = findObstacle(subject, field) ?? findMaker(basis, subject, field)
  if (obstacle !== undefined)
    report('field', `cannot be ${describe(field.name)}, which ${obstacle}; name a plain string or text field`)
  const written = subject.definition.fields.find(({ name }) => name === field.name) ?? field
  checkInitial(written, definition.initial, report)
  checkEnum(written, definition, report)
  const unreachable = findUnreachable(definition)
  if (unreachable.length > 0)
    report('definition.transitions', tellUnreachable(definition.initial, unreachable))
  for (const { index, message } of listRepeated(definition.transitions))
    report(joinPath('definition.transitions', index), message)
  const transitions = definition.transitions.flatMap(
    (transition, index) => buildTransition(basis, transition, { field, index }, report) ?? [],
  )
  return { field, initial: definition.initial, states: listStates(definition), transitions }
}

function findObstacle(subject: Subject, field: Field): string | undefined {
  if (field.name === subject.key.field) return `is the key of ${subject.name}`
  if (field.type !== 'string' && field.type !== 'text') return `is of type ${field.type}`
  if (field.hidden || field.secret) return 'the API does not show'
  return subject.ends.some((end) => end.side === 'target' && !end.join && end.localColumn === field.name)
    ? 'is the key of a relation'
    : undefined
}

/** A default that is another state would make records that no machine has begun. */
function checkInitial(field: Field, initial: string, report: Report): void {
  if (field.default !== undefined && field.default !== initial)
    report(
      'definition.initial',
      `must be the default of ${field.name}, ${describe(field.default)}; found ${describe(initial)}`,
    )
}

function checkEnum(field: Field, definition: StateMachine['definition'], report: Report): void {
  const values = field.enum
  if (values === undefined) return
  const places = definition.transitions.flatMap(({ from, to }, index) => {
    const path = joinPath('definition.transitions', index)
    return [
      ...from.map((state) => [joinPath(path, 'from'), state] as const),
      [joinPath(path, 'to'), to] as const,
    ]
  })
  for (const [path, state] of [['definition.initial', definition.initial] as const, ...places])
    if (!values.includes(state))
      report(
        path,
        `must be one of the enum's values (${values.join(', ')}), found ${describe(state)}${suggest(state, values)}`,
      )
}

function tellUnreachable(initial: string, states: readonly string[]): string {
  return `have no way from the initial state ${describe(initial)} to ${states.map(describe).join(', ')}`
}

function buildTransition(
  basis: Basis,
  definition: TransitionDefinition,
  { field, index }: Readonly<{ field: Field; index: number }>,
  report: Report,
): Transition | undefined {
  const path = joinPath('definition.transitions', index)
  const loads = buildLoads(basis, definition.relatedLoad, joinPath(path, 'related_load'), report)
  const text = definition.guard
  const asked = text === undefined ? undefined : { text, path: joinPath(path, 'guard'), loads }
  const guard = asked && compileCondition(basis, asked, report)
  const actions = definition.actions.flatMap((action, at) => {
    const place = { path: joinPath(joinPath(path, 'actions'), at), loads }
    return buildAction(basis, action, field.name, place, report) ?? []
  })
  if (loads === undefined) return undefined
  return {
    from: definition.from,
    to: definition.to,
    roles: definition.roles,
    usesNow: usesNow(guard),
    loads,
    ...(text === undefined ? {} : { guard: text }),
    isAllowed: (environment) => guard === undefined || isTrue(guard.evaluate(environment)),
    actions,
  }
}
