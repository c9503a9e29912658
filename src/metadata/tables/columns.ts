// The steps that bring the columns of a table that exists to what they shall be.
import { findNameProblem, quoteName, quoteText } from '../../database/identifiers.ts'
import type { Field } from '../field.ts'
import type { RegistryEntity } from '../registry.ts'
import type { FieldType } from '../value.ts'
import { isSafeCast, writeCast } from './cast.ts'
import type { RealColumn, RealTable } from './catalog.ts'
import type { Column } from './column.ts'
import { dropColumnUses, fileColumnType } from './file-uses.ts'
import { addGenerated, dropGenerated } from './generated.ts'
import { countFound, probeConversion, probeRows } from './probe.ts'
import { searchColumn } from './search.ts'
import { probeStates } from './states.ts'
import { type Found, makeDdl, makeProblem, type Step } from './step.ts'
import type { Table } from './wanted.ts'

/** A table that exists and what it shall be; `before` is its entity as it was, absent when the table is taken over. */
export type Change = Readonly<{
  wanted: Table
  real: RealTable
  before?: RegistryEntity
  drops: ReadonlySet<string>
}>

export function planColumns(change: Change): readonly Step[] {
  const { wanted, real, drops } = change
  const plain = wanted.columns.filter((column) => column.generated === undefined)
  const names = new Set([...plain.map((column) => column.name), searchColumn])
  const others = [...real.columns.values()].filter((column) => !names.has(column.name))
  return [
    ...dropGenerated(wanted, real),
    ...plain.flatMap((column) => planColumn(change, column)),
    ...others.flatMap((column) =>
      mayDrop(column, drops) ? dropColumn(real, column) : relaxColumn(real, column),
    ),
    ...addGenerated(wanted, real),
  ]
}

function planColumn(change: Change, column: Column): readonly Step[] {
  const found = change.real.columns.get(column.name)
  if (found === undefined) return addColumn(change, column)
  // The key neither changes nor is taken over when it differs; that is settled before.
  if (change.wanted.key.columns.includes(column.name)) return []
  const old = change.before?.fields.find((field) => field.name === column.name)
  const conversion =
    found.type === column.type ? planSameType(column, old) : planType(change, column, found, old)
  if (conversion.some((step) => step.kind === 'problem')) return conversion
  return [
    ...planEnum(change, column, found, old),
    ...probeStates(change.real, column, found, change.before),
    ...conversion,
    ...planDefault(change, column, found, old),
    ...planNull(change, column, found),
  ]
}

function addColumn({ real }: Change, column: Column): readonly Step[] {
  const initial = column.default ?? (column.nullable ? undefined : column.fill)
  const rest = `${initial === undefined ? '' : ` default ${initial}`}${column.nullable ? '' : ' not null'}`
  const isBlocked = !column.nullable && column.fill === undefined
  const isFillOnly = column.default === undefined && initial !== undefined
  return [
    ...(isBlocked ? [probeRows(real, 'true', nullPlace(column), tellNoValue)] : []),
    alter(real, `add column ${quoteName(column.name)} ${column.type}${rest}`),
    ...(isFillOnly ? [alterColumn(real, column, 'drop default')] : []),
  ]
}

function tellNoValue(found: Found): string {
  const rows = countFound(found, 'row has no value', 'rows have no value')
  return `cannot hold for the rows there are: ${rows}; give the field a default, or let it be nullable and fill it first`
}

/** Where a definition says that a column is not nullable. */
function nullPlace({ place, field }: Column): Column['place'] {
  return field === undefined
    ? place
    : { ...place, path: `${place.path}.${field.required ? 'required' : 'nullable'}` }
}

function alter(real: RealTable, action: string): Step {
  return makeDdl('change table', `alter table ${quoteName(real.name)} ${action}`, real.name)
}

function alterColumn(real: RealTable, { name }: Readonly<{ name: string }>, action: string): Step {
  return alter(real, `alter column ${quoteName(name)} ${action}`)
}

/** Types that share a column type can still be as different as a file and any JSON. */
function planSameType({ field, place }: Column, old: Field | undefined): readonly Step[] {
  if (field === undefined || old === undefined) return []
  const problem = findTypeProblem(old.type, field.type)
  return problem === undefined ? [] : [makeProblem({ ...place, path: `${place.path}.type` }, problem)]
}

function findTypeProblem(from: FieldType | 'jsonb', to: FieldType): string | undefined {
  if (from === to) return undefined
  const ways = 'add a field of another name'
  if (to === 'file') return `cannot become file: what was ${from} names no file; ${ways}`
  const isJson = from === 'json' || from === 'file' || from === 'jsonb'
  if (isJson && to !== 'text' && to !== 'string' && !(from === 'jsonb' && to === 'json'))
    return `cannot become ${to}: what was ${from} can only become text; ${ways}`
  return undefined
}

function planType(
  change: Change,
  column: Column,
  found: RealColumn,
  old: Field | undefined,
): readonly Step[] {
  const { real } = change
  const to = column.field?.type
  const place = { ...column.place, path: `${column.place.path}${changedKey(column, old)}` }
  const problem = to && findTypeProblem(old?.type ?? (found.type === 'jsonb' ? 'jsonb' : 'text'), to)
  if (problem !== undefined) return [makeProblem(place, problem)]
  const cast = writeCast(quoteName(column.name), found.type, column.type)
  const turn = `alter column ${quoteName(column.name)} type ${column.type} using ${cast}`
  const tell = (rows: Found): string =>
    `cannot become ${describeType(column)}: ${countFound(rows, 'row does not fit', 'rows do not fit')}`
  const conversion = { column: column.name, from: found.type, to: column.type, place, tell }
  return [
    ...(isSafeCast(found.type, column.type) ? [] : [probeConversion(real, conversion)]),
    ...(found.default === undefined ? [] : [alterColumn(real, column, 'drop default')]),
    alter(real, turn),
  ]
}

function changedKey({ field }: Column, old: Field | undefined): string {
  if (field === undefined) return ''
  return field.type === 'decimal' && old?.type === 'decimal' ? '.precision' : '.type'
}

function describeType({ field, type }: Column): string {
  if (field === undefined) return type
  return field.precision === undefined ? field.type : `${field.type} with precision ${field.precision}`
}

/** Rows are looked at where values that were allowed no longer are. What a state machine allows is looked at elsewhere. */
function planEnum(
  { real, wanted }: Change,
  column: Column,
  found: RealColumn,
  old: Field | undefined,
): readonly Step[] {
  const allowed = wanted.entity?.fields.find(({ name }) => name === column.name)?.enum
  if (allowed === undefined || old?.enum?.every((value) => allowed.includes(value))) return []
  const value = writeCast(`r.${quoteName(column.name)}`, found.type, 'text')
  const condition = `${value} <> all(array[${allowed.map(quoteText).join(', ')}]::text[])`
  const place = { ...column.place, path: `${column.place.path}.enum` }
  return [
    probeRows(real, condition, place, (rows) => {
      return `leaves out values that are in use: ${countFound(rows, 'row has another value', 'rows have another value')}`
    }),
  ]
}

/** PostgreSQL spells a default in its own way, so definitions are compared and not the text in the catalog. */
function planDefault(
  { real }: Change,
  column: Column,
  found: RealColumn,
  old: Field | undefined,
): readonly Step[] {
  if (column.default === undefined) {
    const isGone = found.type !== column.type || found.default === undefined
    return isGone ? [] : [alterColumn(real, column, 'drop default')]
  }
  const isSame = found.type === column.type && found.default !== undefined && isSameDefault(column, old)
  return isSame ? [] : [alterColumn(real, column, `set default ${column.default}`)]
}

function isSameDefault({ field }: Column, old: Field | undefined): boolean {
  if (field === undefined) return true
  return old !== undefined && JSON.stringify(old.default) === JSON.stringify(field.default)
}

function planNull({ real }: Change, column: Column, found: RealColumn): readonly Step[] {
  if (column.nullable) return found.notNull ? [alterColumn(real, column, 'drop not null')] : []
  if (found.notNull) return []
  const name = quoteName(column.name)
  const setNotNull = alterColumn(real, column, 'set not null')
  if (column.fill === undefined)
    return [probeRows(real, `r.${name} is null`, nullPlace(column), tellNoValue), setNotNull]
  const fill = `update ${quoteName(real.name)} set ${name} = ${column.fill} where ${name} is null`
  return [makeDdl('change table', fill, real.name), setNotNull]
}

function mayDrop({ name }: RealColumn, drops: ReadonlySet<string>): boolean {
  return drops.has(name) && findNameProblem(name) === undefined && name !== 'deleted_at'
}

function dropColumn(real: RealTable, { name, type }: RealColumn): readonly Step[] {
  const uses = type === fileColumnType ? [dropColumnUses(real.name, name)] : []
  return [alter(real, `drop column ${quoteName(name)}`), ...uses]
}

/** A column that no field has any more keeps its values and asks for none. */
function relaxColumn(real: RealTable, column: RealColumn): readonly Step[] {
  return [
    ...(column.notNull ? [alterColumn(real, column, 'drop not null')] : []),
    ...(column.default === undefined || column.generated ? [] : [alterColumn(real, column, 'drop default')]),
  ]
}
