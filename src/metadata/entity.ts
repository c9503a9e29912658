// An entity: what a definition of one holds, how it is read and checked by itself, and how it is written back.
import pluralize from 'pluralize'
import type { Problem } from '../errors.ts'
import {
  addProblem,
  describe,
  joinPath,
  pick,
  readChoice,
  readFlag,
  readList,
  readObject,
  readText,
  type Source,
} from '../reader.ts'
import { checkEntity } from './entity-check.ts'
import {
  type Field,
  present,
  readColumnName,
  readField,
  readName,
  readTableName,
  writeField,
} from './field.ts'

export type KeyType = 'uuid' | 'int' | 'bigint' | 'string'
export type Key = Readonly<{ field: string; type: KeyType; generated: boolean }>
export type Slug = Readonly<{ field: string; source: string; regenerateOnUpdate: boolean }>

/** One entity, every default filled in; `fields` begins with the key's field and holds the slug's. */
export type Entity = Readonly<{
  name: string
  table: string
  plural: string
  description: string
  key: Key
  softDelete: boolean
  slug?: Slug
  fields: readonly Field[]
  uniqueTogether: readonly (readonly string[])[]
  indexes: readonly (readonly string[])[]
  searchLanguage: string
}>

const keys = [
  'name',
  'table',
  'plural',
  'description',
  'primary_key',
  'soft_delete',
  'slug',
  'fields',
  'unique_together',
  'indexes',
  'search_language',
] as const
const defaultKey: Key = { field: 'id', type: 'uuid', generated: true }

/** Reads an entity's definition; adds every problem with its path and returns nothing when it has no usable name. */
export function readEntity(value: unknown, path: string, problems: Problem[]): Entity | undefined {
  const source = readObject(value, path, problems, keys)
  const found = readName(source)
  const name = found ?? ''
  const key = readKey(source)
  const slug = readSlug(source)
  const declared = readList(source, 'fields', (item, at) => readField(item, at, problems)) ?? []
  const entity: Entity = {
    name,
    table: readTableName(source, 'table', pluralize(name)),
    plural: readPlural(source) ?? pluralize(name),
    description: readText(source, 'description') ?? '',
    key,
    softDelete: readFlag(source, 'soft_delete') ?? true,
    ...present('slug', slug),
    fields: completeFields(declared, key, slug),
    uniqueTogether: readFieldLists(source, 'unique_together'),
    indexes: readFieldLists(source, 'indexes'),
    searchLanguage: readText(source, 'search_language') ?? 'simple',
  }
  checkEntity(entity, declared, source)
  return found === undefined ? undefined : entity
}

function readPlural(source: Source): string | undefined {
  return pick(source, 'plural') === undefined ? undefined : readName(source, 'plural')
}

function readKey(source: Source): Key {
  if (pick(source, 'primary_key') === undefined) return defaultKey
  const key = readObject(pick(source, 'primary_key'), joinPath(source.path, 'primary_key'), source.problems, [
    'field',
    'type',
    'generated',
  ])
  const type = readChoice(key, 'type', ['uuid', 'int', 'integer', 'bigint', 'string'] as const) ?? 'uuid'
  const generated = readFlag(key, 'generated') ?? type !== 'string'
  if (type === 'string' && generated)
    addProblem(key, 'generated', 'cannot be true for a string key; the client names it')
  const field = readColumnName(key, 'field') ?? 'id'
  return { field, type: type === 'integer' ? 'int' : type, generated }
}

function readSlug(source: Source): Slug | undefined {
  if (pick(source, 'slug') === undefined) return undefined
  const slug = readObject(pick(source, 'slug'), joinPath(source.path, 'slug'), source.problems, [
    'field',
    'source',
    'regenerate_on_update',
  ])
  const field = readColumnName(slug, 'field') ?? 'slug'
  const from = readName(slug, 'source')
  if (from === undefined) return undefined
  return { field, source: from, regenerateOnUpdate: readFlag(slug, 'regenerate_on_update') ?? false }
}

function readFieldLists(source: Source, key: string): readonly (readonly string[])[] {
  const readNames = (item: unknown, path: string): readonly string[] | undefined => {
    if (Array.isArray(item) && item.length > 0 && item.every((name) => typeof name === 'string')) return item
    source.problems.push({ path, message: `must be a list of field names, found ${describe(item)}` })
    return undefined
  }
  return readList(source, key, readNames) ?? []
}

const plainField = {
  description: '',
  required: false,
  nullable: false,
  unique: false,
  indexed: false,
  hidden: false,
  secret: false,
  searchable: false,
} as const

/** Puts the key's field first and adds the slug's field where the definition does not list them. */
function completeFields(declared: readonly Field[], key: Key, slug: Slug | undefined): readonly Field[] {
  const listed = declared.find((field) => field.name === key.field)
  const keyField: Field = {
    ...plainField,
    name: key.field,
    type: key.type,
    required: !key.generated,
    description: listed?.description ?? '',
  }
  const others = declared.filter((field) => field.name !== key.field)
  const isSlugMissing = slug !== undefined && !declared.some((field) => field.name === slug.field)
  const slugField: readonly Field[] = isSlugMissing ? [makeSlugField(slug)] : []
  return [keyField, ...others, ...slugField]
}

function makeSlugField(slug: Slug): Field {
  return {
    ...plainField,
    name: slug.field,
    type: 'string',
    nullable: true,
    unique: true,
    description: `Made from ${slug.source}`,
  }
}

/** Writes an entity in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeEntity(entity: Entity): Record<string, unknown> {
  const { key, slug } = entity
  const isDefaultKey = key.field === 'id' && key.type === 'uuid' && key.generated
  return {
    name: entity.name,
    ...(entity.table === pluralize(entity.name) ? {} : { table: entity.table }),
    ...(entity.plural === pluralize(entity.name) ? {} : { plural: entity.plural }),
    ...(entity.description === '' ? {} : { description: entity.description }),
    ...(isDefaultKey ? {} : { primary_key: { field: key.field, type: key.type, generated: key.generated } }),
    ...(entity.softDelete ? {} : { soft_delete: false }),
    ...(slug
      ? {
          slug: {
            field: slug.field,
            source: slug.source,
            ...(slug.regenerateOnUpdate ? { regenerate_on_update: true } : {}),
          },
        }
      : {}),
    ...(entity.searchLanguage === 'simple' ? {} : { search_language: entity.searchLanguage }),
    ...(entity.uniqueTogether.length === 0 ? {} : { unique_together: entity.uniqueTogether }),
    ...(entity.indexes.length === 0 ? {} : { indexes: entity.indexes }),
    fields: [
      ...entity.fields.filter((field) => isWritten(entity, field)).map(writeField),
      ...writeKeyField(entity),
    ],
  }
}

/** The names of the fields as a written definition lists them; paths into it count these. */
export function listWrittenFields(entity: Entity): readonly string[] {
  return entity.fields.filter((field) => isWritten(entity, field)).map((field) => field.name)
}

/** The key's field is listed only to describe it, behind the others. */
function writeKeyField({ key, fields }: Entity): readonly Record<string, unknown>[] {
  const description = fields.find((field) => field.name === key.field)?.description ?? ''
  return description === '' ? [] : [{ name: key.field, type: key.type, description }]
}

function isWritten(entity: Entity, field: Field): boolean {
  return (
    field.name !== entity.key.field &&
    !(entity.slug && JSON.stringify(field) === JSON.stringify(makeSlugField(entity.slug)))
  )
}
