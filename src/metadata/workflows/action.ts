// What the action steps of workflows do: how it is read and written. All but set_field is as in transitions.

import type { Problem } from '../../errors.ts'
import { addProblem, isObject, joinPath, pick, type Source } from '../../reader.ts'
import { readExpression, readVariant } from '../clauses.ts'
import { present, readName } from '../field.ts'
import {
  type MachineAction,
  readAction,
  readSetting,
  type Setting,
  writeAction,
  writeSetting,
} from '../machine-action.ts'

/** Sets a field of one record: that of the workflow, unless `entity` and `recordId` (an expression) say another. */
export type SetField = Readonly<{
  type: 'set_field'
  entity?: string
  recordId?: string
  field: string
  value: Setting
}>
export type WorkflowAction = SetField | Exclude<MachineAction, { type: 'set_field' }>

const keysOf = { set_field: ['type', 'entity', 'record_id', 'field', 'value'] } as const

/** Reads one action; adds every problem with its path. */
export function readWorkflowAction(
  value: unknown,
  path: string,
  problems: Problem[],
): WorkflowAction | undefined {
  if (isObject(value) && value.type === 'set_field')
    return readSetField(readVariant(value, path, problems, { keysOf, type: 'set_field', noun: 'actions' }))
  const action = readAction(value, path, problems)
  return action?.type === 'set_field' ? undefined : action
}

function readSetField(source: Source): SetField | undefined {
  const entity = pick(source, 'entity') === undefined ? undefined : readName(source, 'entity')
  const recordId = pick(source, 'record_id') === undefined ? undefined : readExpression(source, 'record_id')
  const field = readName(source, 'field')
  const given = Object.hasOwn(source.value, 'value') ? source.value.value : undefined
  if (given === undefined) return addProblem(source, 'value', 'is missing; null clears the field')
  const value = readSetting(given, joinPath(source.path, 'value'), source.problems)
  if (field === undefined) return undefined
  return { type: 'set_field', ...present('entity', entity), ...present('recordId', recordId), field, value }
}

/** Writes an action in the form that documents and the tables hold. */
export function writeWorkflowAction(action: WorkflowAction): Record<string, unknown> {
  if (action.type !== 'set_field') return writeAction(action)
  const { type, entity, recordId, field, value } = action
  return {
    type,
    ...present('entity', entity),
    ...present('record_id', recordId),
    field,
    value: writeSetting(value),
  }
}
