// What the mutations of the admin API do to rules, state machines and permissions; each refuses names that are taken or missing.
import { fail, failAll } from '../../errors.ts'
import type { StoredPermission } from '../../metadata/permission.ts'
import type { Definitions } from '../../metadata/registry.ts'
import type { StoredRule } from '../../metadata/rule.ts'
import { nameMachine, type StateMachine } from '../../metadata/state-machine.ts'
import type { Edit } from '../../metadata/store.ts'
import { describe, suggest } from '../../reader.ts'

/** What names a state machine. */
export type MachineName = Pick<StateMachine, 'entity' | 'field'>

/** Adds a rule behind the others. */
export function addRule(current: Definitions, rule: StoredRule): Edit {
  return { definitions: { ...current, rules: [...current.rules, rule] } }
}

/** Puts the new definition in the place of the rule with its id; the entity stays. */
export function replaceRule(current: Definitions, rule: StoredRule): Edit {
  const old = requireRule(current, rule.id)
  if (old.entity !== rule.entity) throw refuseMove('entity', old.entity, rule.entity)
  return {
    definitions: { ...current, rules: current.rules.map((each) => (each === old ? rule : each)) },
  }
}

export function removeRule(current: Definitions, id: string): Edit {
  const old = requireRule(current, id)
  return { definitions: { ...current, rules: current.rules.filter((each) => each !== old) } }
}

function requireRule({ rules }: Definitions, id: string): StoredRule {
  const rule = rules.find((each) => each.id === id)
  if (rule === undefined) throw fail('NOT_FOUND', `No rule has the id ${describe(id)}`)
  return rule
}

/** Adds a state machine, unless the field has one. */
export function addMachine(current: Definitions, machine: StateMachine): Edit {
  const name = nameMachine(machine)
  if (current.machines.some((each) => nameMachine(each) === name))
    throw refuseInput(
      'field',
      `is taken: the state machine ${describe(name)} exists already; updateStateMachine changes it`,
    )
  return { definitions: { ...current, machines: [...current.machines, machine] } }
}

/** Puts the new definition in the place of the old one; entity and field stay. */
export function replaceMachine(current: Definitions, name: MachineName, machine: StateMachine): Edit {
  const old = requireMachine(current, name)
  for (const key of ['entity', 'field'] as const)
    if (machine[key] !== name[key]) throw refuseMove(key, name[key], machine[key])
  return {
    definitions: { ...current, machines: current.machines.map((each) => (each === old ? machine : each)) },
  }
}

export function removeMachine(current: Definitions, name: MachineName): Edit {
  const old = requireMachine(current, name)
  return { definitions: { ...current, machines: current.machines.filter((each) => each !== old) } }
}

function requireMachine({ machines }: Definitions, name: MachineName): StateMachine {
  const wanted = nameMachine(name)
  const machine = machines.find((each) => nameMachine(each) === wanted)
  if (machine !== undefined) return machine
  const near = suggest(wanted, machines.map(nameMachine))
  throw fail('NOT_FOUND', `No state machine ${describe(wanted)} is defined${near}`)
}

/** Adds a permission behind the others. */
export function addPermission(current: Definitions, permission: StoredPermission): Edit {
  return { definitions: { ...current, permissions: [...current.permissions, permission] } }
}

/** Puts the new definition in the place of the permission with its id; the entity stays. */
export function replacePermission(current: Definitions, permission: StoredPermission): Edit {
  const old = requirePermission(current, permission.id)
  if (old.entity !== permission.entity) throw refuseMove('entity', old.entity, permission.entity)
  const permissions = current.permissions.map((each) => (each === old ? permission : each))
  return { definitions: { ...current, permissions } }
}

export function removePermission(current: Definitions, id: string): Edit {
  const old = requirePermission(current, id)
  const permissions = current.permissions.filter((each) => each !== old)
  return { definitions: { ...current, permissions } }
}

function requirePermission({ permissions }: Definitions, id: string): StoredPermission {
  const permission = permissions.find((each) => each.id === id)
  if (permission === undefined) throw fail('NOT_FOUND', `No permission has the id ${describe(id)}`)
  return permission
}

function refuseMove(key: string, old: string, found: string) {
  return refuseInput(key, `must stay ${describe(old)}, found ${describe(found)}; define another instead`)
}

function refuseInput(key: string, message: string) {
  return failAll('VALIDATION_FAILED', [{ path: `input.${key}`, message }])
}
