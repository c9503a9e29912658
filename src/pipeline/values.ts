// Turns the client's values into the row's: read by type, filled with defaults, checked against required and enum.
import { failAll, type Problem } from '../errors.ts'
import type { Field } from '../metadata/field.ts'
import { readValue, type Value } from '../metadata/value.ts'
import { describe } from '../reader.ts'
import type { SettingPlan } from './plan.ts'

/** The values that a write puts into columns, by field name. */
export type Changes = ReadonlyMap<string, Value>

/** Reads the input of a plan; every value of a wrong form is told at once, then everything that is missing or not allowed. */
export function readChanges(plan: SettingPlan): Changes {
  const malformed: Problem[] = []
  const changes = new Map<string, Value>()
  for (const field of plan.entity.fields) readField(field, plan, changes, malformed)
  if (malformed.length > 0) throw failAll('BAD_USER_INPUT', malformed)
  const broken = plan.entity.fields.flatMap((field) => findProblems(field, plan, changes))
  if (broken.length > 0) throw failAll('VALIDATION_FAILED', broken)
  return changes
}

function isSystems({ entity }: SettingPlan, field: Field): boolean {
  return (
    field.auto !== undefined ||
    field.name === entity.slug?.field ||
    (field.name === entity.key.field && entity.key.generated)
  )
}

function readField(field: Field, plan: SettingPlan, changes: Map<string, Value>, problems: Problem[]): void {
  const given = plan.input[field.name]
  const isGiven = Object.hasOwn(plan.input, field.name) && given !== undefined
  if (isGiven && (isSystems(plan, field) || field.hidden))
    problems.push({ path: field.name, field: field.name, message: 'is set by the system; leave it out' })
  else if (given === null && isGiven) changes.set(field.name, null)
  else if (isGiven) {
    const reading = readValue(field, given)
    if ('value' in reading) changes.set(field.name, reading.value)
    else problems.push({ path: field.name, field: field.name, message: reading.problem })
  } else if (plan.action === 'create' && field.default !== undefined) changes.set(field.name, field.default)
}

function findProblems(field: Field, plan: SettingPlan, changes: Changes): readonly Problem[] {
  if (isSystems(plan, field)) return []
  const problem = (rule: string, message: string): readonly Problem[] => [
    { path: field.name, field: field.name, rule, message },
  ]
  const value = changes.get(field.name)
  const isMissing = value === undefined && plan.action === 'create'
  if (field.required && (isMissing || value === '')) return problem('required', 'is required')
  if (!field.nullable && (value === null || isMissing))
    return problem('required', 'is required; it cannot be null')
  if (value != null && field.enum && !field.enum.includes(String(value)))
    return problem('enum', `must be one of ${field.enum.join(', ')}; found ${describe(value)}`)
  return []
}
