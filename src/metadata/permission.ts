// A permission (policy): who may do what with which records and fields; how a definition is read, and how it is written back.
import { findNameProblem } from '../database/identifiers.ts'
import type { Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  isObject,
  joinPath,
  pick,
  readChoice,
  readList,
  readObject,
  readTexts,
  type Source,
} from '../reader.ts'
import { readExpression } from './clauses.ts'
import { present, readName } from './field.ts'
import { findPlace, findPlaceProblem } from './place.ts'
import type { Value } from './value.ts'

export const permissionActions = ['read', 'create', 'update', 'delete'] as const
export type PermissionAction = (typeof permissionActions)[number]

export const conditionOperators = [
  'eq',
  'neq',
  'in',
  'not_in',
  'gt',
  'gte',
  'lt',
  'lte',
  'is_null',
  'contains',
] as const
export type ConditionOperator = (typeof conditionOperators)[number]

/** Whether the operator takes a list of values. */
export function isMany(operator: ConditionOperator): operator is 'in' | 'not_in' {
  return operator === 'in' || operator === 'not_in'
}

/** Compares a field of the record with a value, or with what a place such as `{{user.id}}` stands for. */
export type PermissionCondition = Readonly<{ field: string; operator: ConditionOperator; value: Value }>

/** One permission; its conditions and its expression hold together. Without `fields` it is for all of them. */
export type Permission = Readonly<{
  entity: string
  action: PermissionAction
  /** Lower case; `anonymous` is a caller without a token. */
  roles: readonly string[]
  conditions: readonly PermissionCondition[]
  expression?: string
  fields?: readonly string[]
}>
/** A permission that has been saved, or is about to be. */
export type StoredPermission = Permission & Readonly<{ id: string }>

const keys = ['entity', 'action', 'roles', 'conditions', 'expression', 'fields'] as const
const mostValues = 1_000

/** Reads a permission's definition; adds every problem with its path. */
export function readPermission(value: unknown, path: string, problems: Problem[]): Permission | undefined {
  const source = readObject(value, path, problems, keys)
  const entity = readName(source, 'entity')
  const action = readChoice(source, 'action', permissionActions)
  if (pick(source, 'action') === undefined)
    addProblem(source, 'action', `is missing; it is one of ${permissionActions.join(', ')}`)
  const expression =
    pick(source, 'expression') === undefined ? undefined : readExpression(source, 'expression')
  const rest = {
    roles: readRoleNames(source),
    conditions: readList(source, 'conditions', (item, at) => readCondition(item, at, problems)) ?? [],
    ...present('expression', expression),
    ...present('fields', readFieldNames(source, action)),
  }
  return entity === undefined || action === undefined ? undefined : { entity, action, ...rest }
}

function readRoleNames(source: Source): readonly string[] {
  const roles = readTexts(source, 'roles')
  if (pick(source, 'roles') === undefined || roles?.length === 0)
    addProblem(source, 'roles', 'must name at least one role')
  const lowered = (roles ?? []).map((role) => role.toLowerCase())
  lowered.forEach((role, index) => {
    const problem =
      role === 'admin' ? 'needs no permission: admin may do everything; leave it out' : findNameProblem(role)
    if (problem !== undefined) addProblem(source, joinPath('roles', index), problem)
  })
  return [...new Set(lowered)]
}

function readFieldNames(source: Source, action: PermissionAction | undefined): readonly string[] | undefined {
  const fields = readTexts(source, 'fields')
  if (fields === undefined) return undefined
  if (action === 'delete')
    return addProblem(source, 'fields', 'are not for delete, which takes the whole record')
  if (fields.length === 0)
    return addProblem(source, 'fields', 'must name at least one field; leave them out to mean all')
  fields.forEach((field, index) => {
    if (fields.indexOf(field) !== index)
      addProblem(source, joinPath('fields', index), `is listed twice: ${describe(field)}`)
  })
  return fields
}

function readCondition(value: unknown, path: string, problems: Problem[]): PermissionCondition | undefined {
  const source = readObject(value, path, problems, ['field', 'operator', 'value'])
  const field = readOwnField(source)
  const operator = readChoice(source, 'operator', conditionOperators)
  if (pick(source, 'operator') === undefined)
    addProblem(source, 'operator', `is missing; it is one of ${conditionOperators.join(', ')}`)
  const operand = operator && readOperand(source, operator)
  if (field === undefined || operator === undefined || operand === undefined) return undefined
  return { field, operator, value: operand }
}

/** Only expressions follow relations. */
function readOwnField(source: Source): string | undefined {
  const name = pick(source, 'field')
  if (typeof name !== 'string' || !/^\w+(\.\w+)+$/.test(name)) return readName(source, 'field')
  return addProblem(
    source,
    'field',
    `must be a field of the record itself, found ${describe(name)}; an expression can read record.${name}`,
  )
}

function readOperand(source: Source, operator: ConditionOperator): Value | undefined {
  const value = pick(source, 'value')
  if (operator === 'is_null') {
    if (value === undefined || typeof value === 'boolean') return value ?? true
    return addProblem(source, 'value', `must be true or false for is_null, found ${describe(value)}`)
  }
  if (value === undefined)
    return addProblem(source, 'value', `is missing; ${operator} compares with it (is_null asks for nothing)`)
  if (isMany(operator)) return readMany(source, operator, value)
  return readOne(source, 'value', value)
}

function readMany(source: Source, operator: string, value: unknown): Value | undefined {
  if (findPlace(value) !== undefined) return readOne(source, 'value', value)
  if (!Array.isArray(value) || value.length === 0)
    return addProblem(source, 'value', `must be a list of values for ${operator}, found ${describe(value)}`)
  if (value.length > mostValues)
    return addProblem(source, 'value', `must be at most ${mostValues} values, found ${value.length}`)
  const items = value.map((item: unknown, index) => readOne(source, joinPath('value', index), item))
  return items.includes(undefined) ? undefined : items
}

function readOne(source: Source, key: string, value: unknown): Value | undefined {
  if (value === null || Array.isArray(value) || isObject(value))
    return addProblem(source, key, `must be one value, found ${describe(value)}`)
  const problem = findPlaceProblem(value)
  return problem === undefined ? (value as Value) : addProblem(source, key, problem)
}

/** Writes a permission in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writePermission(permission: Permission): Record<string, unknown> {
  const { entity, action, roles, conditions, expression, fields } = permission
  return {
    entity,
    action,
    roles,
    ...(conditions.length === 0 ? {} : { conditions }),
    ...present('expression', expression),
    ...present('fields', fields),
  }
}

/** What a permission is called in problems and errors of the admin. */
export function namePermission({ entity, id }: Pick<StoredPermission, 'entity' | 'id'>): string {
  return `${entity}.${id}`
}
