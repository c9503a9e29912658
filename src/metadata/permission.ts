// A permission (policy): who may do what with which records and fields; how a definition is read, and how it is written back.
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
  const roles = readTexts(source, 'roles') ?? []
  if (roles.length === 0) addProblem(source, 'roles', 'must name at least one role')
  roles.forEach((role, index) => {
    if (role.trim() === '') addProblem(source, joinPath('roles', index), 'must be a role, found empty text')
  })
  return [...new Set(roles.map((role) => role.toLowerCase()))]
}

function readFieldNames(source: Source, action: PermissionAction | undefined): readonly string[] | undefined {
  const fields = readTexts(source, 'fields')
  if (fields === undefined) return undefined
  if (action === 'delete') addProblem(source, 'fields', 'are not for delete, which takes the whole record')
  return [...new Set(fields)]
}

function readCondition(value: unknown, path: string, problems: Problem[]): PermissionCondition | undefined {
  const source = readObject(value, path, problems, ['field', 'operator', 'value'])
  const field = readName(source, 'field')
  const operator = readChoice(source, 'operator', conditionOperators) ?? 'eq'
  const operand = readOperand(source, operator)
  return field === undefined || operand === undefined ? undefined : { field, operator, value: operand }
}

function readOperand(source: Source, operator: ConditionOperator): Value | undefined {
  const value = pick(source, 'value')
  if (operator === 'is_null') {
    if (value === undefined || typeof value === 'boolean') return value ?? true
    return addProblem(source, 'value', `must be true or false for is_null, found ${describe(value)}`)
  }
  if (value === undefined) return addProblem(source, 'value', `is missing; ${operator} compares with it`)
  const isMany = operator === 'in' || operator === 'not_in'
  if (isMany && Array.isArray(value) && value.length > 0) return value
  if (isMany && typeof value === 'string' && findPlace(value) !== undefined) return value
  if (isMany)
    return addProblem(source, 'value', `must be a list of values for ${operator}, found ${describe(value)}`)
  if (Array.isArray(value) || isObject(value))
    return addProblem(source, 'value', `must be one value for ${operator}, found ${describe(value)}`)
  return value as Value
}

/** The path that a value such as `{{user.attributes.department}}` stands for; undefined for any other value. */
export function findPlace(value: unknown): readonly string[] | undefined {
  const found = typeof value === 'string' ? /^\{\{\s*([a-z_][a-z0-9_.]*)\s*\}\}$/i.exec(value) : null
  return found?.[1]?.split('.')
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
