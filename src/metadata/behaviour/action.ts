// The actions of transitions: what they name must exist and be theirs to set.
import { describe, joinPath, suggest } from '../../reader.ts'
import type { Action } from '../behaviour.ts'
import type { Environment } from '../expression/expression.ts'
import type { MachineAction, Settings } from '../machine-action.ts'
import { type Basis, findMaker, type Ground, type Outlook, type Report } from './basis.ts'
import { findField } from './field-check.ts'
import { buildJson, buildSetting, type Made, type SettingPlace } from './setting.ts'

/** What an action comes to; `stateField` is the field of its machine. */
export function buildAction(
  basis: Basis,
  action: MachineAction,
  stateField: string,
  place: SettingPlace,
  report: Report,
): Action | undefined {
  switch (action.type) {
    case 'set_field':
      return buildSetField(basis, action, stateField, place, report)
    case 'create_record':
      return buildCreateRecord(basis, action, place, report)
    case 'send_event':
      return buildSendEvent(basis, action, place, report)
    case 'webhook':
      return { kind: 'webhook', definition: action.definition }
  }
}

type ActionOf<Type extends MachineAction['type']> = Extract<MachineAction, { type: Type }>
type Build<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>

function buildSetField(
  basis: Basis,
  action: ActionOf<'set_field'>,
  stateField: string,
  { path, loads }: SettingPlace,
  report: Report,
): Action | undefined {
  const { subject } = basis
  const fieldPath = joinPath(path, 'field')
  const field = findField(subject, action.field, fieldPath, report)
  if (field === undefined) return undefined
  const obstacle = findObstacle(basis, action.field, stateField) ?? findMaker(basis, subject, field)
  if (obstacle !== undefined)
    return report(fieldPath, `cannot set ${describe(field.name)}, which ${obstacle}`)
  const made = buildSetting(basis, field, action.value, { path: joinPath(path, 'value'), loads }, report)
  return made && { kind: 'set_field', field, usesNow: made.usesNow, value: made.make }
}

function findObstacle({ subject }: Basis, name: string, stateField: string): string | undefined {
  if (name === stateField) return 'holds the state; the transition sets it'
  return name === subject.key.field ? `is the key of ${subject.name}` : undefined
}

/** The action that makes a record; undefined when there is no such entity. */
export function buildCreateRecord(
  basis: Ground & Outlook,
  action: ActionOf<'create_record'>,
  { path, loads }: SettingPlace,
  report: Report,
): Build<'create_record'> | undefined {
  const other = basis.subjects.get(action.entity)
  if (other === undefined) {
    const near = suggest(action.entity, basis.subjects.keys())
    return report(joinPath(path, 'entity'), `names no entity: ${describe(action.entity)}${near}`)
  }
  const valuesPath = joinPath(path, 'values')
  const values = mapSettings(action.values, (setting, name) => {
    const place = { path: joinPath(valuesPath, name), loads }
    const field = findField(other, name, place.path, report)
    const obstacle = field && findMaker(basis, other, field)
    if (obstacle !== undefined) return report(place.path, `cannot be given: it ${obstacle}`)
    return field && buildSetting(basis, field, setting, place, report)
  })
  return { kind: 'create_record', entity: action.entity, usesNow: values.usesNow, values: values.make }
}

export function buildSendEvent(
  basis: Outlook,
  { event, payload }: ActionOf<'send_event'>,
  { path, loads }: SettingPlace,
  report: Report,
): Build<'send_event'> {
  const payloadPath = joinPath(path, 'payload')
  const values = mapSettings(payload, (setting, name) =>
    buildJson(basis, setting, { path: joinPath(payloadPath, name), loads }, report),
  )
  return { kind: 'send_event', event, usesNow: values.usesNow, payload: values.make }
}

type MadeAll = Readonly<{
  usesNow: boolean
  make(environment: Environment): Readonly<Record<string, unknown>>
}>

function mapSettings(
  settings: Settings,
  build: (setting: Settings[string], name: string) => Made | undefined,
): MadeAll {
  const made = Object.entries(settings).flatMap(([name, setting]) => {
    const each = build(setting, name)
    return each ? [[name, each] as const] : []
  })
  return {
    usesNow: made.some(([, each]) => each.usesNow),
    make: (environment) => Object.fromEntries(made.map(([name, each]) => [name, each.make(environment)])),
  }
}
