// What full-text search needs of a table: a column that PostgreSQL keeps up to date, an index on it, and the language it is in.
import { quoteName, quoteText } from '../../database/identifiers.ts'
import { suggest } from '../../reader.ts'
import type { Entity } from '../entity.ts'
import type { Field } from '../field.ts'
import type { Column, Place } from './column.ts'
import type { Probe } from './step.ts'

/** The column that is searched. */
export const searchColumn = '_search'

/** The fields that a search looks into; what the API never shows cannot be found either. */
export function searchedFields(entity: Entity): readonly Field[] {
  return entity.fields.filter((field) => field.searchable && !field.hidden && !field.secret)
}

function placeOf(entity: Entity): Place {
  return { kind: 'entity', name: entity.name, path: 'search_language' }
}

/** The column with the words of all searched fields; none when there are no such fields. */
export function searchColumns(entity: Entity): readonly Column[] {
  const fields = searchedFields(entity)
  if (fields.length === 0) return []
  const words = fields.map((field) => `coalesce(${quoteName(field.name)}, '')`).join(` || ' ' || `)
  return [
    {
      name: searchColumn,
      type: 'tsvector',
      nullable: true,
      identity: false,
      generated: `to_tsvector(${quoteText(entity.searchLanguage)}::regconfig, ${words})`,
      place: placeOf(entity),
    },
  ]
}

/** Finds out whether PostgreSQL knows the language; the one that needs no dictionary is always there. */
export function probeLanguage(entity: Entity): readonly Probe[] {
  const language = entity.searchLanguage
  if (language === 'simple') return []
  const known = 'select cfgname::text as name from pg_ts_config where pg_ts_config_is_visible(oid) order by 1'
  const sql = `with known as materialized (${known})
    select (${quoteText(language)} <> all(array(select name from known)))::int as count, array(select name from known) as examples`
  const tell: Probe['tell'] = ({ examples }) => ({
    ...placeOf(entity),
    message: `names no text search configuration of PostgreSQL: "${language}"${suggest(language, examples)}; there are ${examples.join(', ')}`,
  })
  return [{ kind: 'probe', tables: [], sql, tell }]
}
