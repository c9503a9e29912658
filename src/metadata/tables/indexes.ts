// The steps that bring indexes and foreign keys of a table to what they shall be; names tell them apart.
import { quoteName } from '../../database/identifiers.ts'
import { writeCast } from './cast.ts'
import type { Catalog, RealTable } from './catalog.ts'
import type { Change } from './columns.ts'
import { isOurs, isUnique } from './names.ts'
import { countFound, probeDuplicates, probeRows } from './probe.ts'
import { makeDdl, type Step } from './step.ts'
import type { Index, Reference, Table } from './wanted.ts'

export function planIndexes(change: Change): readonly Step[] {
  const { wanted, real } = change
  const names = new Set(wanted.indexes.map((index) => index.name))
  const gone = [...real.indexes].filter((name) => isOurs(name) && !names.has(name))
  const missing = wanted.indexes.filter((index) => !real.indexes.has(index.name))
  return [
    ...gone.map((name) => makeDdl('drop index', `drop index ${quoteName(name)}`, real.name)),
    ...missing.filter(({ kind }) => isUnique(kind)).map((index) => probeUnique(change, index)),
    ...missing.map((index) => createIndex(wanted, index)),
  ]
}

/** Creates one index; a unique one covers the live rows where rows can be deleted softly. */
export function createIndex(table: Table, { name, kind, columns }: Index): Step {
  const live = kind === 'unique_live' ? ' where "deleted_at" is null' : ''
  const unique = isUnique(kind) ? 'unique ' : ''
  const method = kind === 'search' ? ' using gin' : ''
  const list = columns.map(quoteName).join(', ')
  return makeDdl(
    'create index',
    `create ${unique}index ${quoteName(name)} on ${quoteName(table.name)}${method} (${list})${live}`,
    table.name,
  )
}

/** Rows that share their values are told before the index would refuse them. */
function probeUnique(change: Change, { kind, columns, place }: Index): Step {
  const { real } = change
  const live = kind === 'unique_live' && real.columns.has('deleted_at') ? 'r."deleted_at" is null' : 'true'
  const values = columns.map((column) => valueAfter(change, column))
  return probeDuplicates(real, values, live, place, (found) => {
    const stands = countFound(found, 'value stands', 'values stand')
    return `cannot hold for the rows there are: ${stands} in more than one row of ${real.name}`
  })
}

/**
 * What a column of the row `r` will hold when all other steps have run.
 * Text stands for a value that changes its type, since a cast could fail.
 */
function valueAfter({ wanted, real }: Change, name: string): string {
  const column = wanted.columns.find((each) => each.name === name)
  const found = real.columns.get(name)
  const fill = column?.nullable ? column.default : column?.fill
  if (found === undefined) return fill ?? `null::${column?.type ?? 'text'}`
  const value = `r.${quoteName(name)}`
  if (column && found.type !== column.type) return writeCast(value, found.type, 'text')
  return column?.nullable === false && fill !== undefined ? `coalesce(${value}, ${fill})` : value
}

export function planReferences(change: Change, catalog: Catalog): readonly Step[] {
  const { wanted, real } = change
  const names = new Set(wanted.references.map((reference) => reference.name))
  const missing = wanted.references.filter((reference) => !real.references.has(reference.name))
  return [
    ...dropReferences(real, names),
    ...missing.map((reference) => probeOrphans(change, reference, catalog.get(reference.toTable))),
    ...missing.map((reference) => addReference(wanted, reference)),
  ]
}

/** Drops the foreign keys of a table that we made, except those named. */
export function dropReferences(real: RealTable, except: ReadonlySet<string>): readonly Step[] {
  const gone = [...real.references].filter((name) => isOurs(name) && !except.has(name))
  return gone.map((name) =>
    makeDdl(
      'drop reference',
      `alter table ${quoteName(real.name)} drop constraint ${quoteName(name)}`,
      real.name,
    ),
  )
}

/** The pipeline performs on_delete, record by record; PostgreSQL looks at the commit whether it was done right. */
export function addReference(table: Table, { name, column, toTable, toColumn }: Reference): Step {
  const key = `constraint ${quoteName(name)} foreign key (${quoteName(column)})`
  const leads = `references ${quoteName(toTable)} (${quoteName(toColumn)}) on delete no action deferrable initially deferred`
  return makeDdl(
    'add reference',
    `alter table ${quoteName(table.name)} add ${key} ${leads}`,
    table.name,
    toTable,
  )
}

/** Finds the rows that lead nowhere; when the other table is yet to be made, all that name anything do. */
function probeOrphans(change: Change, reference: Reference, target: RealTable | undefined): Step {
  const { real } = change
  const { column, toTable, toColumn, leadsTo, place } = reference
  const value = valueAfter(change, column)
  const isThere = target?.columns.has(toColumn) ?? false
  const equal = writeComparison(change, reference, target, value)
  const absent = `not exists (select 1 from ${quoteName(toTable)} o where o.${quoteName(toColumn)}${equal})`
  const condition = `${value} is not null${isThere ? ` and ${absent}` : ''}`
  return probeRows(real, condition, place, (found) => {
    return `cannot hold for the rows there are: ${countFound(found, 'row leads', 'rows lead')} to no ${leadsTo}`
  })
}

/** Compares as text while the types differ; a uuid in text may have capitals. */
function writeComparison(
  { wanted, real }: Change,
  { column, toColumn }: Reference,
  target: RealTable | undefined,
  value: string,
): string {
  const found = real.columns.get(column) ?? wanted.columns.find((each) => each.name === column)
  const toType = target?.columns.get(toColumn)?.type
  if (found?.type === toType) return ` = ${value}`
  return toType === 'uuid' ? `::text = lower(${value}::text)` : `::text = ${value}::text`
}
