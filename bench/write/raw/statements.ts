// The two ways to write one INSERT of many rows: a list of VALUES, or one array for each column.
import type { RawRow, Table } from './tables.ts'

/** The text is made once; the values anew for each request. */
export type Insert = Readonly<{ text: string; bind(rows: readonly RawRow[]): readonly unknown[] }>
export type WriteInsert = (table: Table, rows: number) => Insert

/** `values ($1, $8, $9), ($1, $10, $11), ...`: what all rows share is sent once. */
export const writeValues: WriteInsert = (table, rows) => {
  const { constants, columns } = table
  const shared = constants.map((_, index) => `$${index + 1}`)
  const lists = Array.from({ length: rows }, (_, row) => {
    const first = constants.length + row * columns.length + 1
    return `(${[...shared, ...columns.map((_, index) => `$${first + index}`)].join(', ')})`
  })
  return {
    text: `${writeHead(table)} values ${lists.join(', ')}`,
    bind: (given) => [
      ...constants.map(({ value }) => value),
      ...given.flatMap((row) => columns.map((column) => column.read(row))),
    ],
  }
}

/** `select $1::text, u.c0::uuid, ... from unnest($2::text[], ...)`: arrays of text, which PostgreSQL casts. */
export const writeUnnest: WriteInsert = (table) => {
  const { constants, columns } = table
  const shared = constants.map(({ type }, index) => `$${index + 1}::${type}`)
  const cells = columns.map(({ type }, index) => `u.c${index}::${type}`)
  const lists = columns.map((_, index) => `$${constants.length + index + 1}::text[]`)
  const names = columns.map((_, index) => `c${index}`)
  return {
    text: `${writeHead(table)} select ${[...shared, ...cells].join(', ')} from unnest(${lists.join(', ')}) as u(${names.join(', ')})`,
    bind: (given) => [
      ...constants.map(({ value }) => value),
      ...columns.map((column) => given.map((row) => writeText(column.read(row)))),
    ],
  }
}

function writeHead({ name, constants, columns }: Table): string {
  return `insert into ${name} (${[...constants, ...columns].map((column) => column.name).join(', ')})`
}

function writeText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
