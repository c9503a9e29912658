// Writes the queries that find rows which contradict a change, and the words in which they are told.
import { joinName, quoteName, quoteText } from '../../database/identifiers.ts'
import { writeFits } from './cast.ts'
import type { RealTable } from './catalog.ts'
import type { Place } from './column.ts'
import type { Found, Probe } from './step.ts'

const mostExamples = 5

type Telling = (rows: Found) => string

/** Finds the rows of a table that a condition holds for; the examples are their keys. */
export function probeRows(table: RealTable, condition: string, place: Place, tell: Telling): Probe {
  const key = table.key.map((column) => `r.${quoteName(column)}`)
  const text = key.length === 0 ? `''` : `concat_ws('/', ${key.join(', ')})`
  const rows = `select ${text} as example, row_number() over (${key.length === 0 ? '' : `order by ${key.join(', ')}`}) as place
    from ${quoteName(table.name)} r where ${condition}`
  return makeProbe([table.name], rows, place, tell)
}

/** Finds the values that more than one row has; `columns` are expressions over the row `r`. */
export function probeDuplicates(
  table: RealTable,
  columns: readonly string[],
  condition: string,
  place: Place,
  tell: Telling,
): Probe {
  const names = columns.map((_, at) => `c${at}`)
  const values = `select ${columns.map((column, at) => `${column} as c${at}`).join(', ')} from ${quoteName(table.name)} r where ${condition}`
  const some = names.map((name) => `${name} is not null`).join(' and ')
  const rows = `select concat_ws(', ', ${names.join(', ')}) as example, row_number() over (order by ${names.join(', ')}) as place
    from (${values}) v where ${some} group by ${names.join(', ')} having count(*) > 1`
  return makeProbe([table.name], rows, place, tell)
}

function makeProbe(tables: readonly string[], rows: string, place: Place, tell: Telling): Probe {
  const examples = `array(select example from rows where place <= ${mostExamples} order by place)`
  return {
    kind: 'probe',
    tables,
    sql: `with rows as materialized (${rows}) select (select count(*)::int from rows) as count, ${examples} as examples`,
    tell: (found) => ({ ...place, message: tell(found) }),
  }
}

/** A change of type that a row's value may not survive. */
export type Conversion = Readonly<{ column: string; from: string; to: string; place: Place; tell: Telling }>

/** Finds the rows whose value would not survive; PostgreSQL before 16 can only try and see. */
export function probeConversion(table: RealTable, { column, from, to, place, tell }: Conversion): Probe {
  const name = `pg_temp.${quoteName(joinName('fits_', table.name, '', column))}`
  const body = `begin return ${writeFits('v', from, to)}; exception when others then return false; end`
  const value = `r.${quoteName(column)}`
  return {
    ...probeRows(table, `${value} is not null and not ${name}(${value})`, place, tell),
    prepare: `create function ${name}(v ${from}) returns boolean language plpgsql as ${quoteText(body)}`,
    clean: `drop function ${name}(${from})`,
  }
}

/** `3 rows do not fit (for example 17, 18, 20)`: `one` and `many` follow the number. */
export function countFound({ count, examples }: Found, one: string, many: string): string {
  const shown = examples
    .filter((example) => example !== '')
    .map((example) => (example.length > 60 ? `${example.slice(0, 57)}...` : example))
  const list = shown.length === 0 ? '' : ` (for example ${shown.join(', ')})`
  return `${count} ${count === 1 ? one : many}${list}`
}
