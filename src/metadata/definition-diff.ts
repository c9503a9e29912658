// What sets the definitions before and after a change apart, row by row.
import { type DefinitionRow, type Kind, kinds, type List, lists } from './definition-kinds.ts'
import { present } from './field.ts'
import type { Definitions } from './registry.ts'
import { type Rename, renameRow } from './rename/rename.ts'

/** One definition that came, changed or went, as the row that holds it. */
export type Changed = Readonly<{ list: List; before?: DefinitionRow; after?: DefinitionRow }>
/** What a change did to the rows; `orders` are the keys as they stood before, of lists in which rows went or moved. */
export type RowChanges = Readonly<{
  changes: readonly Changed[]
  orders: Readonly<Partial<Record<List, readonly string[]>>>
}>

/** `written` are rows to write; `gone` are keys of rows that go, some of them to come back at the end. */
type Difference = Readonly<{
  written: readonly DefinitionRow[]
  gone: readonly string[]
  changed: readonly Changed[]
  order: readonly string[]
}>

/** Finds the difference in one list. A row that was renamed is told by its new key, and is still the same row. */
export function findDifference<K extends List>(list: K, { before, after, renames }: Step): Difference {
  const old = new Map(writeRows(kinds[list], before[list]).map((row) => [renameKey(list, row, renames), row]))
  return compare(list, old, listRows(kinds[list], after[list]))
}

/** The definitions that come, change or go. */
export function listChanged(before: Definitions, after: Definitions): readonly Changed[] {
  return lists.flatMap((list) => findDifference(list, { before, after, renames: [] }).changed)
}

/** From which definitions to which, under which new names. */
type Step = Readonly<{ before: Definitions; after: Definitions; renames: readonly Rename[] }>
type Placed = Readonly<{ row: DefinitionRow; key: string; group: string | undefined }>

function writeRows<Stored>(
  kind: Pick<Kind<never, Stored>, 'write'>,
  items: readonly Stored[],
): readonly DefinitionRow[] {
  return items.map((item) => kind.write(item))
}

function renameKey(list: List, row: DefinitionRow, renames: readonly Rename[]): string {
  const { key } = kinds[list]
  return keyOf(
    { key },
    renames.reduce((each, rename) => renameRow(list, key, each, rename), row),
  )
}

function listRows<Stored>(
  kind: Pick<Kind<never, Stored>, 'key' | 'write' | 'groupOf'>,
  items: readonly Stored[],
): readonly Placed[] {
  return items.map((item) => {
    const row = kind.write(item)
    return { row, key: keyOf(kind, row), group: kind.groupOf?.(item) }
  })
}

function compare(list: List, old: ReadonlyMap<string, DefinitionRow>, rows: readonly Placed[]): Difference {
  const order = [...old.keys()]
  const moved = findMoved(order, rows)
  const keys = new Set(rows.map(({ key }) => key))
  const differing = rows.filter(({ row, key }) => JSON.stringify(old.get(key)) !== JSON.stringify(row))
  const differs = new Set(differing.map(({ key }) => key))
  const lost = order.filter((key) => !keys.has(key))
  return {
    written: rows.filter(({ key }) => moved.has(key) || differs.has(key)).map(({ row }) => row),
    gone: [...lost, ...order.filter((key) => moved.has(key))],
    changed: [
      ...differing.map(({ row, key }) => ({ list, ...present('before', old.get(key)), after: row })),
      ...lost.map((key) => ({ list, ...present('before', old.get(key)) })),
    ],
    order,
  }
}

/** The key of a row as one text. */
export function keyOf({ key }: Readonly<{ key: readonly string[] }>, row: DefinitionRow): string {
  return key.map((column) => row[column]).join('.')
}

/** Rows that stand behind a new one of their group, or behind one that they stood before: they get a new place, in order. */
function findMoved(
  before: readonly string[],
  after: readonly Readonly<{ group: string | undefined; key: string }>[],
): ReadonlySet<string> {
  const places = new Map(before.map((key, place) => [key, place]))
  const furthest = new Map<string, number>()
  const moved = new Set<string>()
  for (const { group, key } of after) {
    if (group === undefined) continue
    const place = places.get(key) ?? Number.POSITIVE_INFINITY
    const last = furthest.get(group) ?? -1
    if (place < last) moved.add(key)
    furthest.set(group, Math.max(place, last))
  }
  return moved
}
