// What filters and orders mean, once more and in memory, so that the server can be compared with it.

/** A row of the model with all that is visible behind it. */
export type Item = Readonly<{
  id: string
  label: string | null
  size: number | null
  price: string | null
  at: string | null
  isOn: boolean | null
  group: Group | null
  parts: readonly Part[]
  tags: readonly Tag[]
}>
export type Group = Readonly<{ id: string; name: string | null; rank: number | null; items: Item[] }>
export type Part = Readonly<{ id: string; weight: number | null; item: Item }>
export type Tag = Readonly<{ id: string; word: string; items: readonly Item[] }>

type Value = string | number | boolean | null | undefined
type Given = Readonly<Record<string, unknown>>
type Node = Readonly<Record<string, unknown>>

/** Whether a `where` holds for a row; what PostgreSQL finds null is false here, which no operator can tell apart. */
export function holds(where: Given, row: Node): boolean {
  return Object.entries(where).every(([key, given]) => holdsPart(key, given, row))
}

function holdsPart(key: string, given: unknown, row: Node): boolean {
  if (key === 'and') return (given as Given[]).every((part) => holds(part, row))
  if (key === 'or') return (given as Given[]).some((part) => holds(part, row))
  if (key === 'not') return !holds(given as Given, row)
  const value = row[key]
  if (key === 'group' || key === 'item') return value !== null && holds(given as Given, value as Node)
  if (Array.isArray(value)) return holdsForList(given as Given, value)
  return Object.entries(given as Given).every(([operator, operand]) =>
    holdsOperator(operator, value as Value, operand as Value & Value[]),
  )
}

function holdsForList({ some, every, none, count }: Given, rows: readonly Node[]): boolean {
  return (
    (some === undefined || rows.some((row) => holds(some as Given, row))) &&
    (every === undefined || rows.every((row) => holds(every as Given, row))) &&
    (none === undefined || !rows.some((row) => holds(none as Given, row))) &&
    (count === undefined || holdsPart('count', count, { count: rows.length }))
  )
}

function holdsOperator(operator: string, value: Value, operand: Value & Value[]): boolean {
  if (operator === 'isNull') return (value === null) === operand
  if (operator === 'neq') return value === null || compare(value, operand) !== 0
  if (operator === 'notIn') return value === null || !operand.some((each) => compare(value, each) === 0)
  if (value === null) return false
  switch (operator) {
    case 'eq':
      return compare(value, operand) === 0
    case 'in':
      return operand.some((each) => compare(value, each) === 0)
    case 'gt':
      return compare(value, operand) > 0
    case 'lte':
      return compare(value, operand) <= 0
    case 'contains':
      return String(value).includes(String(operand))
    case 'istartsWith':
      return String(value).toLowerCase().startsWith(String(operand).toLowerCase())
    default:
      throw new Error(`The model knows no operator ${operator}`)
  }
}

/** Decimals are the only texts that begin with a digit and have a point; they compare as numbers. */
function compare(left: Value, right: Value): number {
  const [a, b] = [comparable(left), comparable(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

function comparable(value: Value): string | number {
  if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) return Number(value)
  return typeof value === 'boolean' || value == null ? Number(value) : value
}

/** One sort key: the way to its value, as in `orderBy`. */
export type SortKey = Readonly<{ path: readonly string[]; sort: string }>

/** Sorts as `orderBy` asks for; the id comes last, in the direction of the last key. */
export function sortRows<T extends Node>(rows: readonly T[], keys: readonly SortKey[]): readonly T[] {
  const isDown = keys.at(-1)?.sort.startsWith('DESC') ?? false
  const all = [...keys, { path: ['id'], sort: isDown ? 'DESC' : 'ASC' }]
  return [...rows].sort((a, b) => {
    for (const { path, sort } of all) {
      const order = compareBy(valueAt(a, path), valueAt(b, path), sort)
      if (order !== 0) return order
    }
    return 0
  })
}

function valueAt(row: Node, [first = '', ...rest]: readonly string[]): Value {
  if (first.endsWith('Count')) return (row[first.slice(0, -'Count'.length)] as readonly unknown[]).length
  const value = row[first]
  return rest.length === 0 || value === null ? (value as Value) : valueAt(value as Node, rest)
}

function compareBy(left: Value, right: Value, sort: string): number {
  const isDown = sort.startsWith('DESC')
  const nullsFirst = sort.endsWith('FIRST') || sort === 'DESC'
  if (left === null || right === null) return left === right ? 0 : (left === null) === nullsFirst ? -1 : 1
  return isDown ? -compare(left, right) : compare(left, right)
}
