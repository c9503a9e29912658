// The values that actions give to fields: as they are written, the moment of the write, or made by an expression.

import { describe, joinPath, suggest } from '../../reader.ts'
import type { Environment, Expression } from '../expression/expression.ts'
import { fitsField, toFieldValue } from '../expression/field-value.ts'
import type { Field } from '../field.ts'
import type { Setting } from '../machine-action.ts'
import { readValue, type Value } from '../value.ts'
import type { Outlook, Report } from './basis.ts'
import { type Asked, compile, usesNow } from './compile.ts'

/** A value to come. */
export type Made = Readonly<{ usesNow: boolean; make(environment: Environment): Value }>

/** Where a value stands in its definition, and what its expression may see as `related`. */
export type SettingPlace = Pick<Asked, 'path' | 'loads'>

/** The value for a field; undefined when it does not suit the field. */
export function buildSetting(
  basis: Outlook,
  field: Field,
  setting: Setting,
  { path, loads }: SettingPlace,
  report: Report,
): Made | undefined {
  const moment = findMoment(field, setting)
  if (setting.kind === 'value' && moment === undefined)
    return buildLiteral(field, setting.value, path, report)
  const place = setting.kind === 'expression' ? joinPath(path, 'expression') : path
  const text = setting.kind === 'expression' ? setting.expression : (moment ?? '')
  const expression = compile(basis, { text, path: place, loads }, report)
  if (expression === undefined) return undefined
  const misfit = fitsField(expression.type, field)
  return misfit === undefined ? makeOf(expression, field) : report(place, misfit)
}

/** The expression behind a plain `now`, on fields that hold a moment or a day. */
function findMoment({ type }: Field, setting: Setting): string | undefined {
  if (setting.kind !== 'value' || setting.value !== 'now') return undefined
  if (type === 'timestamp') return 'now'
  return type === 'date' ? 'today()' : undefined
}

function makeOf(expression: Expression, field: Field): Made {
  return {
    usesNow: usesNow(expression),
    make: (environment) => toFieldValue(expression.evaluate(environment), field),
  }
}

function buildLiteral(field: Field, value: Value, path: string, report: Report): Made | undefined {
  if (value === null)
    return field.nullable
      ? { usesNow: false, make: () => null }
      : report(path, `cannot be null, because ${field.name} is not nullable`)
  if (field.type === 'file')
    return report(path, `cannot be a fixed value, because ${field.name} is of type file`)
  const reading = readValue(field, value)
  if ('problem' in reading)
    return report(path, `${reading.problem}, because ${field.name} is of type ${field.type}`)
  if (field.enum !== undefined && !field.enum.includes(String(value)))
    return report(
      path,
      `must be one of ${field.enum.join(', ')}; found ${describe(value)}${suggest(String(value), field.enum)}`,
    )
  return { usesNow: false, make: () => reading.value }
}

/** A field that could hold any JSON. */
export const anything: Field = {
  name: 'payload',
  type: 'json',
  description: '',
  required: false,
  nullable: true,
  unique: false,
  indexed: false,
  hidden: false,
  secret: false,
  searchable: false,
}

/** A value for nobody's field, such as a part of an event: any JSON. */
export function buildJson(
  basis: Outlook,
  setting: Setting,
  place: SettingPlace,
  report: Report,
): Made | undefined {
  return buildSetting(basis, anything, setting, place, report)
}
