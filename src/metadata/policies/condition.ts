// Conditions of permissions as expressions, so that there is one language to check and to answer them in.
import { describe } from '../../reader.ts'
import type { Field } from '../field.ts'
import { findPlace, type PermissionCondition } from '../permission.ts'
import { readValue } from '../value.ts'

/** The text of an expression that says the same; or why there is none. */
export type Rendered = Readonly<{ text: string } | { problem: string }>

const signs = { eq: '==', neq: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=', in: 'in', not_in: 'in' } as const

/** Writes a condition as an expression; a place that stands for nothing makes it false. */
export function renderCondition(condition: PermissionCondition, field: Field): Rendered {
  const { operator, value } = condition
  const record = `record.${field.name}`
  if (operator === 'is_null') return { text: `${record} ${value === true ? '==' : '!='} nil` }
  const place = findPlace(value)
  if (place) return renderPlace(condition, record, place)
  const operand = renderValue(condition, field)
  return 'problem' in operand ? operand : { text: join(condition, record, operand.text) }
}

function renderPlace(condition: PermissionCondition, record: string, place: readonly string[]): Rendered {
  const [root] = place
  if (root !== 'user' && root !== 'now')
    return { problem: `knows {{user...}} and {{now}}, found {{${place.join('.')}}}` }
  const name = place.join('.')
  return { text: `${name} != nil && ${join(condition, record, name)}` }
}

function join({ operator }: PermissionCondition, record: string, operand: string): string {
  if (operator === 'contains') return `contains(${record}, ${operand})`
  if (operator === 'not_in') return `!(${record} in ${operand})`
  return operator === 'is_null' ? record : `${record} ${signs[operator]} ${operand}`
}

/** A value, read by the type of the field, as it is written in an expression. */
function renderValue({ operator, value }: PermissionCondition, field: Field): Rendered {
  if (operator !== 'in' && operator !== 'not_in') return renderOne(value, field)
  const items = (Array.isArray(value) ? value : [value]).map((item) => renderOne(item, field))
  const wrong = items.find((item) => 'problem' in item)
  if (wrong) return wrong
  return { text: `[${items.map((item) => ('text' in item ? item.text : '')).join(', ')}]` }
}

function renderOne(value: unknown, field: Field): Rendered {
  const reading = readValue(field, value)
  if ('problem' in reading) return { problem: `${describe(value)} ${reading.problem}` }
  if (field.enum && !field.enum.includes(String(reading.value)))
    return { problem: `must be one of ${field.enum.join(', ')}; found ${describe(value)}` }
  const isBare = ['int', 'bigint', 'float', 'decimal', 'boolean'].includes(field.type)
  return { text: isBare ? String(reading.value) : JSON.stringify(String(reading.value)) }
}
