// Plans the way back to an earlier revision as a change like any other: tables follow, what was dropped does not come back.
import type { Sql } from '../database/connect.ts'
import { AppError, fail, failAll, type Problem } from '../errors.ts'
import { joinPath } from '../reader.ts'
import { keyOf } from './definition-diff.ts'
import {
  type DefinitionRow,
  type Kind,
  kinds,
  type List,
  lists,
  mapDefinitions,
  nameProblem,
} from './definition-kinds.ts'
import { type HistoryEntry, readLater } from './history.ts'
import type { Definitions } from './registry.ts'
import { applyRename } from './rename/apply.ts'
import { invertRename, type Rename } from './rename/rename.ts'
import { type Edit, readRevision } from './store.ts'

/** `from` is the newest revision, which the way back begins at; `losses` say what data does not come back. */
export type Rollback = Readonly<{
  from: number
  edit(current: Definitions): Edit
  losses: readonly Problem[]
}>

/** A rename to take back, and the change that it was part of. */
type Way = Readonly<{ rename: Rename; entry: Pick<HistoryEntry, 'revision'> }>
type Undo = (rows: Map<List, DefinitionRow[]>) => void

/** Plans how the definitions become what they were at the revision. */
export async function planRollback(sql: Sql, revision: number): Promise<Rollback> {
  const from = await readRevision(sql)
  if (revision > from || revision < 0)
    throw fail('NOT_FOUND', `No revision ${revision} was ever saved; the definitions are at ${from}`)
  const undos: Undo[] = []
  const ways: Way[] = []
  const losses: Problem[] = []
  for await (const entry of readLater(sql, revision)) {
    undos.push((rows) => undo(rows, entry))
    ways.push(...entry.renames.map((rename) => ({ rename: invertRename(rename), entry })).reverse())
    losses.push(...listLosses(entry))
  }
  if (undos.length < from - revision) throw refuseUnknown(revision, from - undos.length)
  const edit = (current: Definitions): Edit => {
    checkWays(current, ways, revision)
    return { definitions: rebuild(current, undos), renames: ways.map(({ rename }) => rename) }
  }
  return { from, losses, edit }
}

/** What was renamed since and is gone or taken by now would leave its data behind under a name that nobody knows. */
function checkWays(current: Definitions, ways: readonly Way[], revision: number): void {
  let definitions = current
  for (const { rename, entry } of ways)
    try {
      definitions = applyRename(definitions, rename)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      throw fail(
        'CONFLICT',
        `There is no way back to revision ${revision} in one step: ${rename.to} was renamed to ${rename.from} in revision ${entry.revision}, and ${error.message}; go back to revision ${entry.revision} first`,
      )
    }
}

function refuseUnknown(revision: number, earliest: number): Error {
  return fail(
    'NOT_FOUND',
    `What was defined at revision ${revision} is not known any more; the earliest to go back to is ${earliest}`,
  )
}

function rebuild(current: Definitions, undos: readonly Undo[]): Definitions {
  const rows = new Map(lists.map((list) => [list, listRows(list, current)] as const))
  for (const each of undos) each(rows)
  return mapDefinitions((list) => readRows(kinds[list], rows.get(list) ?? []))
}

function listRows<K extends List>(list: K, definitions: Definitions): DefinitionRow[] {
  return writeRows(kinds[list], definitions[list])
}

function writeRows<Stored>(
  kind: Pick<Kind<never, Stored>, 'write'>,
  items: readonly Stored[],
): DefinitionRow[] {
  return items.map((item) => kind.write(item))
}

function readRows<Read, Stored>(kind: Kind<Read, Stored>, rows: readonly DefinitionRow[]): readonly Stored[] {
  const problems: Problem[] = []
  const items = rows.flatMap((row) => {
    const path = nameProblem({ kind: kind.kind, name: kind.nameRow(row), path: '' })
    const read = kind.read(row.definition, path, problems)
    return read === undefined ? [] : [kind.complete(read, row)]
  })
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  return items
}

/** Takes one change back: rows become what they were, and stand where they stood. */
function undo(all: Map<List, DefinitionRow[]>, { changes, orders }: HistoryEntry): void {
  for (const { list, before, after } of changes) {
    const rows = all.get(list) ?? []
    const place = after === undefined ? -1 : rows.findIndex((row) => isSame(list, row, after))
    if (place >= 0) rows.splice(place, 1, ...(before === undefined ? [] : [before]))
    else if (before !== undefined) rows.push(before)
    all.set(list, rows)
  }
  for (const list of lists) sortBy(list, all.get(list) ?? [], orders[list])
}

function isSame(list: List, one: DefinitionRow, other: DefinitionRow): boolean {
  return keyOf(kinds[list], one) === keyOf(kinds[list], other)
}

function sortBy(list: List, rows: DefinitionRow[], order: readonly string[] | undefined): void {
  if (order === undefined) return
  const places = new Map(order.map((key, place) => [key, place]))
  const placeOf = (row: DefinitionRow): number => places.get(keyOf(kinds[list], row)) ?? order.length
  rows.sort((one, other) => placeOf(one) - placeOf(other))
}

/** What a change dropped from the database. */
function listLosses({ revision, drops }: HistoryEntry): readonly Problem[] {
  const { tables = [], columns = [], joinTables = [] } = drops
  const message = `was dropped with its data in revision ${revision}; it comes back empty`
  return [
    ...tables.map((name) => ({ path: joinPath('entities', name), message })),
    ...columns.map(({ entity, field }) => ({
      path: joinPath(joinPath(joinPath('entities', entity), 'fields'), field),
      message,
    })),
    ...joinTables.map(({ source, name }) => ({
      path: joinPath('relations', `${source}.${name}`),
      message,
    })),
  ]
}
