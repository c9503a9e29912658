// Takes a record from one state of its machine to the next: the first transition whose roles and guard let it pass.
import { isAdmin, type Viewer } from '../../auth/viewer.ts'
import type { Action, Machine, Transition } from '../../metadata/behaviour.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import { findSight } from '../rights/sight.ts'
import type { Actor } from '../write-context.ts'
import type { Effect, Write } from './writes.ts'

/** A state that a record could be sent to; `reason` says in words why it may not. */
export type Option = Readonly<{ to: string; allowed: boolean; reason?: string }>

/** Evaluates with the related rows that a rule asked for. */
export type LookAround = (loads: Transition['loads']) => Environment

/** Why the record may not change its state as it wants to; undefined when it may, with its fields set and its actions noted. */
export function takeTransition(viewer: Viewer, write: Write, look: LookAround): string | undefined {
  const { machine } = write.entity.behaviour
  if (machine === undefined || write.action === 'restore') return undefined
  const refusal = findRefusal(viewer, write, machine, look)
  const isTold = refusal === undefined || write.old == null || canSeeState(viewer, write)
  return isTold ? refusal : `cannot go to "${String(write.row[machine.field.name])}" from where it is`
}

/** Whether the caller can read the state of every record that there is to be seen; what is said of a refusal tells it. */
function canSeeState(viewer: Viewer, { actor, entity }: Write): boolean {
  const field = entity.behaviour.machine?.field.name ?? ''
  return actor !== 'viewer' || findSight(viewer.roles, entity).read?.get(field) === 'always'
}

function findRefusal(viewer: Viewer, write: Write, machine: Machine, look: LookAround): string | undefined {
  const from = write.old?.[machine.field.name] ?? undefined
  const to = write.row[machine.field.name]
  if (from === undefined) return checkInitial(machine, to)
  if (from === to) return write.transition === undefined ? undefined : `is "${String(to)}" already`
  const fitting = machine.transitions.filter((each) => each.to === to && each.from.includes(String(from)))
  if (fitting.length === 0) return refuseUnknown(machine, String(from), to)
  const taken = fitting.find((each) => mayTake(viewer, write.actor, each) && each.isAllowed(look(each.loads)))
  if (taken === undefined) return tellWhy(viewer, write.actor, fitting)
  applyActions(write, taken, look)
  return undefined
}

function checkInitial({ initial }: Machine, to: unknown): string | undefined {
  return to === initial || to == null ? undefined : `must begin as "${initial}", found "${String(to)}"`
}

function refuseUnknown(machine: Machine, from: string, to: unknown): string {
  const next = new Set(machine.transitions.filter((each) => each.from.includes(from)).map((each) => each.to))
  const way =
    next.size === 0
      ? 'no transition leads on from there'
      : `it may go to ${[...next].map((state) => `"${state}"`).join(', ')}`
  return `cannot go from "${from}" to "${String(to)}"; ${way}`
}

/** Whether the roles of a transition let somebody pass; administrators and the system pass all of them. */
export function mayTake(viewer: Viewer, actor: Actor, { roles }: Transition): boolean {
  return (
    roles.length === 0 ||
    actor !== 'viewer' ||
    isAdmin(viewer) ||
    viewer.roles.some((role) => roles.includes(role))
  )
}

function tellWhy(viewer: Viewer, actor: Actor, fitting: readonly Transition[]): string {
  return fitting.map((each) => tellObstacle(viewer, actor, each)).join('; or ')
}

/** What stands between somebody and a transition: the roles it wants, or else its guard. Its words are for administrators. */
export function tellObstacle(viewer: Viewer, actor: Actor, transition: Transition): string {
  const isOpen = mayTake(viewer, actor, transition)
  if (!isAdmin(viewer)) return isOpen ? 'the guard does not hold' : 'needs another role'
  return isOpen
    ? `the guard does not hold: ${transition.guard ?? ''}`
    : `needs one of the roles ${transition.roles.join(', ')}`
}

function applyActions(write: Write, transition: Transition, look: LookAround): void {
  const { actions, loads } = transition
  for (const action of actions)
    if (action.kind === 'set_field') write.row[action.field.name] = action.value(look(loads))
  write.effects = () => actions.flatMap((action) => makeEffect(action, () => look(loads)))
}

function makeEffect(action: Action, look: () => Environment): readonly Effect[] {
  switch (action.kind) {
    case 'set_field':
      return []
    case 'create_record':
      return [{ kind: 'create_record', entity: action.entity, values: action.values(look()) }]
    case 'send_event':
      return [{ kind: 'event', event: action.event, payload: action.payload(look()) }]
    case 'webhook':
      return [{ kind: 'webhook', definition: action.definition }]
  }
}
