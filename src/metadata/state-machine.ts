// The state machine of a field: what a definition of one holds, how it is read and checked by itself, and how it is written back.
import type { Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  joinPath,
  pick,
  readList,
  readObject,
  readText,
  readTexts,
  type Source,
} from '../reader.ts'
import { readActive, readExpression } from './clauses.ts'
import { present, readName } from './field.ts'
import { type MachineAction, readAction, writeAction } from './machine-action.ts'
import { type RelatedLoad, readRelatedLoads, writeRelatedLoads } from './related-load.ts'

/** A way from some states to one; an empty list of roles means anyone who may update. */
export type TransitionDefinition = Readonly<{
  from: readonly string[]
  to: string
  /** Lower case. */
  roles: readonly string[]
  /** An expression that must be true. */
  guard?: string
  /** What guard and actions see as `related`. */
  relatedLoad: readonly RelatedLoad[]
  actions: readonly MachineAction[]
}>

/** One state machine, every default filled in. */
export type StateMachine = Readonly<{
  entity: string
  field: string
  active: boolean
  definition: Readonly<{ initial: string; transitions: readonly TransitionDefinition[] }>
}>

const keys = ['entity', 'field', 'active', 'enabled', 'definition'] as const
const transitionKeys = ['from', 'to', 'roles', 'guard', 'related_load', 'actions'] as const
const mostTransitions = 1_000

/** Reads a state machine's definition; adds every problem with its path. `enabled` is another word for `active`. */
export function readStateMachine(
  value: unknown,
  path: string,
  problems: Problem[],
): StateMachine | undefined {
  const source = readObject(value, path, problems, keys)
  const entity = readName(source, 'entity')
  const field = readName(source, 'field')
  const active = readActive(source)
  const definition = readDefinition(source)
  if (entity === undefined || field === undefined || definition === undefined) return undefined
  return { entity, field, active, definition }
}

function readDefinition(owner: Source): StateMachine['definition'] | undefined {
  const path = joinPath(owner.path, 'definition')
  const source = readObject(pick(owner, 'definition'), path, owner.problems, ['initial', 'transitions'])
  const initial = readState(source, 'initial')
  const transitions =
    readList(source, 'transitions', (item, at) => readTransition(item, at, owner.problems)) ?? []
  if (transitions.length > mostTransitions)
    addProblem(source, 'transitions', `are at most ${mostTransitions}, found ${transitions.length}`)
  return initial === undefined ? undefined : { initial, transitions }
}

function readState(source: Source, key: string): string | undefined {
  const state = readText(source, key)
  if (pick(source, key) === undefined) return addProblem(source, key, 'is missing; it names a state')
  return state === '' ? addProblem(source, key, 'must be a state, found empty text') : state
}

function readTransition(value: unknown, path: string, problems: Problem[]): TransitionDefinition | undefined {
  const source = readObject(value, path, problems, transitionKeys)
  const from = readFrom(source)
  const to = readState(source, 'to')
  const guard = pick(source, 'guard') === undefined ? undefined : readExpression(source, 'guard')
  const rest = {
    roles: readRoles(source),
    ...present('guard', guard),
    relatedLoad: readRelatedLoads(source),
    actions: readList(source, 'actions', (item, at) => readAction(item, at, problems)) ?? [],
  }
  if (to !== undefined && from?.includes(to))
    addProblem(source, 'to', `must be another state than it comes from, found ${describe(to)} for both`)
  return from === undefined || to === undefined ? undefined : { from, to, ...rest }
}

/** One state, or a list of them. */
function readFrom(source: Source): readonly string[] | undefined {
  const value = pick(source, 'from')
  if (!Array.isArray(value)) {
    const state = readState(source, 'from')
    return state === undefined ? undefined : [state]
  }
  const states = readTexts(source, 'from') ?? []
  if (value.length === 0) addProblem(source, 'from', 'must name at least one state')
  states.forEach((state, index) => {
    if (state === '') addProblem(source, joinPath('from', index), 'must be a state, found empty text')
    if (states.indexOf(state) !== index)
      addProblem(source, joinPath('from', index), `is listed twice: ${describe(state)}`)
  })
  return states
}

/** Names of roles compare without case. */
function readRoles(source: Source): readonly string[] {
  const roles = readTexts(source, 'roles') ?? []
  roles.forEach((role, index) => {
    if (role.trim() === '') addProblem(source, joinPath('roles', index), 'must be a role, found empty text')
  })
  return [...new Set(roles.map((role) => role.toLowerCase()))]
}

/** Writes a state machine in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeStateMachine({
  entity,
  field,
  active,
  definition,
}: StateMachine): Record<string, unknown> {
  return {
    entity,
    field,
    ...(active ? {} : { active: false }),
    definition: {
      initial: definition.initial,
      ...(definition.transitions.length === 0
        ? {}
        : { transitions: definition.transitions.map(writeTransition) }),
    },
  }
}

function writeTransition(transition: TransitionDefinition): Record<string, unknown> {
  const { from, to, roles, guard, relatedLoad, actions } = transition
  return {
    from: from.length === 1 ? from[0] : from,
    to,
    ...(roles.length === 0 ? {} : { roles }),
    ...present('guard', guard),
    ...writeRelatedLoads(relatedLoad),
    ...(actions.length === 0 ? {} : { actions: actions.map(writeAction) }),
  }
}

/** The states of a machine: the initial one first, then in the order of the transitions. */
export function listStates({ initial, transitions }: StateMachine['definition']): readonly string[] {
  return [...new Set([initial, ...transitions.flatMap(({ from, to }) => [...from, to])])]
}

/** What a machine is called in problems: `invoice.status`. */
export function nameMachine({ entity, field }: Pick<StateMachine, 'entity' | 'field'>): string {
  return `${entity}.${field}`
}
