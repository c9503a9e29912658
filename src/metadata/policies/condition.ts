// Conditions of permissions as expressions, so that there is one language to answer them in, in memory and in PostgreSQL.
import { describe, suggest } from '../../reader.ts'
import type { Report } from '../behaviour/basis.ts'
import type { Field } from '../field.ts'
import { type ConditionOperator, isMany, type PermissionCondition } from '../permission.ts'
import { type FieldType, fieldTypes } from '../value.ts'
import { type Operand, readOperand } from './operand.ts'
import type { Subject } from './scope.ts'

/** A condition as an expression, in which `value` stands for the operand; `text` is what people read. */
export type Question = Readonly<{ field: Field; text: string; source: string; operand?: Operand }>

const texts: readonly FieldType[] = ['string', 'text']
const compared: readonly FieldType[] = fieldTypes.filter((type) => type !== 'json' && type !== 'file')
const ordered = compared.filter((type) => type !== 'boolean' && type !== 'uuid')

const suited: Readonly<Record<ConditionOperator, readonly FieldType[]>> = {
  eq: compared,
  neq: compared,
  in: compared,
  not_in: compared,
  gt: ordered,
  gte: ordered,
  lt: ordered,
  lte: ordered,
  is_null: fieldTypes,
  contains: texts,
}

/** Reads a condition for the entity that it is about; undefined when it has problems. */
export function readQuestion(
  subject: Subject,
  condition: PermissionCondition,
  report: Report,
): Question | undefined {
  const field = subject.fieldsByName.get(condition.field)
  if (field === undefined) return report('field', tellUnknown(subject, condition.field))
  const { operator } = condition
  if (!suited[operator].includes(field.type))
    return report(
      'operator',
      `${operator} is for ${suited[operator].join(', ')} fields; ${field.name} is ${field.type}`,
    )
  if (operator === 'is_null') return askNull(field, condition, report)
  const operand = readOperand({ field, condition, report })
  if (operand === undefined) return undefined
  const write = (right: string): string => writers[operator](`record.${field.name}`, right)
  return { field, text: write(operand.text), source: write('value'), operand }
}

/** What is said of a name that no field has. */
export function tellUnknown(subject: Subject, name: string): string {
  return `names no field of ${subject.name}: ${describe(name)}${suggest(name, subject.fieldsByName.keys())}`
}

function askNull(field: Field, { value }: PermissionCondition, report: Report): Question | undefined {
  if (value === true && !field.nullable)
    return report('value', `is never so: ${field.name} is not nullable; the permission would never hold`)
  const text = `record.${field.name} ${value === true ? '==' : '!='} nil`
  return { field, text, source: text }
}

type Compared = Exclude<ConditionOperator, 'is_null'>

const writers: Readonly<Record<Compared, (left: string, right: string) => string>> = {
  eq: (left, right) => `${left} == ${right}`,
  neq: (left, right) => `${left} != ${right}`,
  in: (left, right) => `${left} in ${right}`,
  not_in: (left, right) => `!(${left} in ${right})`,
  gt: (left, right) => `${left} > ${right}`,
  gte: (left, right) => `${left} >= ${right}`,
  lt: (left, right) => `${left} < ${right}`,
  lte: (left, right) => `${left} <= ${right}`,
  contains: (left, right) => `contains(${left}, ${right})`,
}

/** Whether the condition can hold for a record that has nothing in its field. */
export function takesNil({ operator, value }: PermissionCondition): boolean {
  return operator === 'neq' || operator === 'not_in' || (operator === 'is_null' && value === true)
}

/** Whether it names the values that the field may have, and all of them. */
export function isListing({ operator }: PermissionCondition): boolean {
  return operator === 'eq' || (operator !== 'not_in' && isMany(operator))
}
