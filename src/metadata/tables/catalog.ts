// Reads what stands in the database: columns, keys, indexes and foreign keys of the tables asked for.
import { type Row, run, type Sql } from '../../database/connect.ts'

export type RealColumn = Readonly<{
  name: string
  type: string
  notNull: boolean
  identity: boolean
  /** Computed by PostgreSQL; `default` is how. */
  generated: boolean
  default?: string
}>
/** A relation of the database. `isTable` is false for a view or anything else that took the name. */
export type RealTable = Readonly<{
  name: string
  isTable: boolean
  columns: ReadonlyMap<string, RealColumn>
  key: readonly string[]
  indexes: ReadonlySet<string>
  references: ReadonlySet<string>
}>
/** The tables that exist, by name. */
export type Catalog = ReadonlyMap<string, RealTable>

type ColumnRow = Row & {
  table: string
  kind: string
  name: string
  type: string
  not_null: boolean
  identity: boolean
  generated: boolean
  default: string | null
}
type PartRow = Row & { table: string; name: string; part: 'key' | 'index' | 'reference'; columns: string[] }

const columnsText = `
  select c.relname as table, c.relkind::text as kind, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as not_null, a.attidentity <> '' as identity, a.attgenerated <> '' as generated,
    pg_get_expr(d.adbin, d.adrelid) as default
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relname = any($1::text[])
  order by c.relname, a.attnum`

const partsText = `
  with tables as (
    select oid, relname from pg_class
    where relnamespace = 'public'::regnamespace and relname = any($1::text[])
  )
  select t.relname as table, i.relname as name, case when x.indisprimary then 'key' else 'index' end as part,
    array(select a.attname::text from unnest(x.indkey::int2[]) with ordinality k(number, place)
      join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number order by k.place) as columns
  from tables t join pg_index x on x.indrelid = t.oid join pg_class i on i.oid = x.indexrelid
  union all
  select t.relname, f.conname, 'reference', array[]::text[]
  from tables t join pg_constraint f on f.conrelid = t.oid and f.contype = 'f'`

/** Reads the tables of these names that exist, in two statements for all of them. */
export async function readCatalog(sql: Sql, tables: readonly string[]): Promise<Catalog> {
  if (tables.length === 0) return new Map()
  const columns = await run<ColumnRow>(sql, { text: columnsText, values: [tables] })
  const parts = await run<PartRow>(sql, { text: partsText, values: [tables] })
  const partsByTable = groupByTable(parts)
  return new Map(
    [...groupByTable(columns)].map(([name, rows]) => [
      name,
      buildTable(name, rows, partsByTable.get(name) ?? []),
    ]),
  )
}

function groupByTable<T extends Readonly<{ table: string }>>(
  rows: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(row.table)
    if (group) group.push(row)
    else groups.set(row.table, [row])
  }
  return groups
}

function buildTable(name: string, columns: readonly ColumnRow[], parts: readonly PartRow[]): RealTable {
  const named = (kind: PartRow['part']) =>
    new Set(parts.filter(({ part }) => part === kind).map((part) => part.name))
  return {
    name,
    isTable: columns.every(({ kind }) => kind === 'r' || kind === 'p'),
    columns: new Map(columns.map((column) => [column.name, buildColumn(column)])),
    key: parts.find(({ part }) => part === 'key')?.columns ?? [],
    indexes: named('index'),
    references: named('reference'),
  }
}

function buildColumn(row: ColumnRow): RealColumn {
  const { name, type, not_null: notNull, identity, generated } = row
  const common = { name, type, notNull, identity, generated }
  return row.default === null ? common : { ...common, default: row.default }
}
