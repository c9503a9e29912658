// The steps that give tables, columns, indexes and constraints other names, when definitions differ in names only.
import { quoteName } from '../../database/identifiers.ts'
import type { Registry } from '../registry.ts'
import type { Catalog, RealTable } from './catalog.ts'
import { renameColumnUses, renameTableUses } from './file-uses.ts'
import { makeDdl, makeProblem, type Step } from './step.ts'
import { allTables, type Table } from './wanted.ts'

/** A table as it was wanted, and as it is wanted under other names. */
type Renamed = Readonly<{ from: Table; to: Table }>

/** The tables whose names differ; both registries have the same tables in the same order. */
export function findRenamed(before: Registry, after: Registry): readonly Renamed[] {
  const wanted = [...allTables(after)]
  return [...allTables(before)].flatMap(({ table: from }, index) => {
    const to = wanted[index]?.table
    return to !== undefined && namesOf(from) !== namesOf(to) ? [{ from, to }] : []
  })
}

function namesOf({ name, columns, key, indexes, references }: Table): string {
  const all = [name, key.name, ...[...columns, ...indexes, ...references].map((part) => part.name)]
  return all.join(' ')
}

/** The tables that the catalog must tell of. */
export function listRenamedTables(renamed: readonly Renamed[]): readonly string[] {
  return [...new Set(renamed.flatMap(({ from, to }) => [from.name, to.name]))]
}

/** The steps, in order. A name that something else has already is refused; what is not there needs no new name. */
export function planRenames(renamed: readonly Renamed[], catalog: Catalog): readonly Step[] {
  return renamed.flatMap((pair) => {
    const real = catalog.get(pair.from.name)
    if (real === undefined) return []
    return [...refuseTaken(pair, real, catalog), ...renameParts(pair, real)]
  })
}

function refuseTaken({ from, to }: Renamed, real: RealTable, catalog: Catalog): readonly Step[] {
  if (from.name !== to.name && catalog.has(to.name))
    return [makeProblem(to.place, `is taken: a table ${to.name} stands there already; drop it first`)]
  return zip(from.columns, to.columns)
    .filter(([old, next]) => old.name !== next.name && real.columns.has(next.name))
    .map(([, next]) =>
      makeProblem(next.place, `is taken: ${real.name} has a column ${next.name} already; drop it first`),
    )
}

function renameParts({ from, to }: Renamed, real: RealTable): readonly Step[] {
  const table = quoteName(to.name)
  const alter = (part: string): Step => makeDdl('change table', `alter table ${table} ${part}`, to.name)
  const change = (names: Named): string => `${quoteName(names[0].name)} to ${quoteName(names[1].name)}`
  const differing = (pairs: readonly Named[]) => pairs.filter(([old, next]) => old.name !== next.name)
  const indexes = [...zip(from.indexes, to.indexes), [from.key, to.key] as const]
  const references = zip(from.references, to.references)
  return [
    ...(from.name === to.name
      ? []
      : [
          makeDdl('change table', `alter table ${quoteName(from.name)} rename to ${table}`, to.name),
          ...(from.columns.some(holdsFiles) ? [renameTableUses(from.name, to.name)] : []),
        ]),
    ...differing(zip(from.columns, to.columns)).map((names) => alter(`rename column ${change(names)}`)),
    ...zip(from.columns, to.columns)
      .filter(([old, next]) => old.name !== next.name && holdsFiles(old))
      .map(([old, next]) => renameColumnUses(to.name, old.name, next.name)),
    ...differing(indexes).map(([old, next]) =>
      makeDdl(
        'change table',
        `alter index if exists ${quoteName(old.name)} rename to ${quoteName(next.name)}`,
        to.name,
      ),
    ),
    ...differing(references)
      .filter(([old]) => real.references.has(old.name))
      .map((names) => alter(`rename constraint ${change(names)}`)),
  ]
}

function holdsFiles({ field }: Table['columns'][number]): boolean {
  return field?.type === 'file'
}

type Named = readonly [Readonly<{ name: string }>, Readonly<{ name: string }>]

function zip<T>(one: readonly T[], other: readonly T[]): readonly (readonly [T, T])[] {
  return one.flatMap((each, index) => {
    const next = other[index]
    return next === undefined ? [] : [[each, next] as const]
  })
}
