// The one maker of read predicates: which rows of an entity a viewer may see, and which cells of them. No other file decides on this.
import { mayReadAll, type Viewer } from '../../auth/viewer.ts'
import { quoteName, quoteText } from '../../database/identifiers.ts'
import type { Entity } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { searchColumn, searchedFields } from '../../metadata/tables/search.ts'
import { allOf, column, type Values } from '../statement.ts'
import { listsField, matchPolicies, writePolicies } from './policies.ts'
import { type FieldSight, findSight } from './sight.ts'

/** Which rows a read reaches: the live ones, the deleted ones, or both. */
export type Liveness = 'live' | 'dead' | 'all'

/** The SQL condition under which the row `alias` of an entity may be read; it binds what it needs to `values`. */
export type Narrowing = (entity: Entity, alias: string, values: Values) => string

/** A viewer, who may be narrowed further; no narrowing can show what the viewer's roles do not. */
export type Reader = Viewer & Readonly<{ policy?: Narrowing }>

/** The SQL condition under which the row `alias` is visible to the viewer; it binds what it needs to `values`. */
export function visible(
  viewer: Reader,
  entity: RegistryEntity,
  alias: string,
  values: Values,
  liveness: Liveness = 'live',
): string {
  const narrowing = viewer.policy && `(${viewer.policy(entity, alias, values)})`
  const life = isInLife(entity, alias, liveness)
  if (mayReadAll(viewer.roles)) return allOf([life, narrowing ?? 'true'])
  const isReadable = writePolicies(matchPolicies(viewer, entity, 'read'), viewer, entity, alias, values)
  return allOf([life, isReadable, whenDead(viewer, entity, alias, values, liveness), narrowing ?? 'true'])
}

/** Deleted rows are for those who may delete them. */
function whenDead(
  viewer: Reader,
  entity: RegistryEntity,
  alias: string,
  values: Values,
  liveness: Liveness,
): string {
  if (liveness === 'live' || !entity.softDelete) return 'true'
  const mayDelete = writePolicies(matchPolicies(viewer, entity, 'delete'), viewer, entity, alias, values)
  return liveness === 'dead' ? mayDelete : `(${isInLife(entity, alias, 'live')} or ${mayDelete})`
}

function isInLife(entity: Entity, alias: string, liveness: Liveness): string {
  if (!entity.softDelete) return liveness === 'dead' ? 'false' : 'true'
  if (liveness === 'all') return 'true'
  return `${column(alias, 'deleted_at')} is ${liveness === 'live' ? 'null' : 'not null'}`
}

/** The same for a write: what the system does in a caller's wake reaches every row. */
export function isVisibleTo(
  viewer: Reader,
  actor: string,
  entity: RegistryEntity,
  alias: string,
  values: Values,
  liveness: Liveness = 'live',
): string {
  return actor === 'viewer'
    ? visible(viewer, entity, alias, values, liveness)
    : isInLife(entity, alias, liveness)
}

/** The condition under which a row has not been deleted; for the system's own look at related rows, never for an answer. */
export function isLive(entity: Entity, alias: string): string {
  return isInLife(entity, alias, 'live')
}

/** Which rows: the live ones unless said otherwise, of the entity's table or of another source that has its columns. */
export type Rows = Readonly<{ liveness?: Liveness | undefined; source?: string }>

/** Where reads take rows from under an alias, and the condition on them. `raw` is the alias of the table's own row. */
export type Readable = Readonly<{ from: string; where: string; raw: string }>

/**
 * The rows that the viewer may see, as far as the viewer may see them. Where some cells are for some rows only, the alias
 * stands for a row in which the others are null, and in which columns that no policy shows are not there at all.
 */
export function readable(
  viewer: Reader,
  entity: RegistryEntity,
  alias: string,
  values: Values,
  { liveness = 'live', source = quoteName(entity.table) }: Rows = {},
): Readable {
  const { read, isWhole } = findSight(viewer.roles, entity)
  if (isWhole || read === undefined)
    return { from: `${source} ${alias}`, where: visible(viewer, entity, alias, values, liveness), raw: alias }
  const raw = `${alias}_r`
  const cells = [...read].map(([name, sight]) => writeCell(viewer, entity, raw, { name, sight }, values))
  const system = listSystemColumns(entity, read).map((name) => column(raw, name))
  return {
    from: `(${source} ${raw} cross join lateral (select ${[...cells, ...system].join(', ')}) ${alias})`,
    where: visible(viewer, entity, raw, values, liveness),
    raw,
  }
}

/** What the system keeps beside the fields. Searches look into all searchable fields, so all of those must be open. */
function listSystemColumns(entity: RegistryEntity, read: ReadonlyMap<string, FieldSight>): readonly string[] {
  const searched = searchedFields(entity)
  const isSearchable = searched.length > 0 && searched.every(({ name }) => read.get(name) === 'always')
  return ['_version', ...(entity.softDelete ? ['deleted_at'] : []), ...(isSearchable ? [searchColumn] : [])]
}

/** A cell that is open always, or the value where one of the policies that list the field holds, and else null. */
function writeCell(
  viewer: Viewer,
  entity: RegistryEntity,
  alias: string,
  { name, sight }: Readonly<{ name: string; sight: FieldSight }>,
  values: Values,
): string {
  if (sight === 'always') return column(alias, name)
  const listing = matchPolicies(viewer, entity, 'read').filter((policy) => listsField(policy, name))
  return `case when ${writePolicies(listing, viewer, entity, alias, values)} then ${column(alias, name)} end as ${quoteName(name)}`
}

/** A record as it once was: `where` holds when the viewer may see it so, and `writeRecord` makes what of it may be seen. */
export type Image = Readonly<{ where: string; writeRecord(): string }>

/** What the viewer may see of a record that is kept as JSON, once it stands as the row `alias`, with columns as they are now. */
export function readableImage(
  viewer: Reader,
  entity: RegistryEntity,
  json: string,
  alias: string,
  values: Values,
): Image {
  if (mayReadAll(viewer.roles)) return { where: `${json} is not null`, writeRecord: () => json }
  const { read } = findSight(viewer.roles, entity)
  const policies = matchPolicies(viewer, entity, 'read')
  const where = allOf([`${json} is not null`, writePolicies(policies, viewer, entity, alias, values)])
  const writeHidden = ({ name }: Field): string => {
    const listing = policies.filter((policy) => listsField(policy, name))
    return `case when (${writePolicies(listing, viewer, entity, alias, values)}) is not true then ${quoteText(name)} end`
  }
  const masked = entity.fields.filter(({ name }) => read?.get(name) !== 'always')
  const writeRecord = (): string =>
    masked.length === 0 ? json : `${json} - array_remove(array[${masked.map(writeHidden).join(', ')}], null)`
  return { where, writeRecord }
}
