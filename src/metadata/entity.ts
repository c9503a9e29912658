// An entity: what a definition of one holds, how it is read and checked by itself, and how it is written back.
import pluralize from 'pluralize'
import { findNameProblem } from '../database/identifiers.ts'
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
  suggest,
} from '../reader.ts'
import { type Field, present, readColumnName, readField, readName, writeField } from './field.ts'

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
const mostFields = 500
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
    table: readTable(source, pluralize(name)),
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

function readTable(source: Source, usual: string): string {
  const found = readText(source, 'table')
  const table = found ?? usual
  const problem = table.startsWith('pg_')
    ? `cannot begin with pg_, which PostgreSQL keeps for itself; found ${describe(table)}`
    : found && findNameProblem(found)
  if (problem) addProblem(source, 'table', problem)
  return table
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

function checkEntity(entity: Entity, declared: readonly Field[], source: Source): void {
  if (declared.length > mostFields)
    addProblem(source, 'fields', `are at most ${mostFields}, found ${declared.length}`)
  checkDeclared(entity, declared, source)
  checkFieldLists(entity, 'unique_together', entity.uniqueTogether, source)
  checkFieldLists(entity, 'indexes', entity.indexes, source)
  if (entity.slug) checkSlug(entity, entity.slug, source)
  if (!/^[a-z_]{1,40}$/.test(entity.searchLanguage))
    addProblem(
      source,
      'search_language',
      `must be a text search configuration such as english, found ${describe(entity.searchLanguage)}`,
    )
}

function checkDeclared(entity: Entity, declared: readonly Field[], source: Source): void {
  const seen = new Map<string, number>()
  declared.forEach((field, index) => {
    const path = joinPath('fields', index)
    const first = seen.get(field.name)
    if (first !== undefined)
      addProblem(source, joinPath(path, 'name'), `is taken by fields[${first}]: ${describe(field.name)}`)
    seen.set(field.name, index)
    if (field.name === entity.key.field && field.type !== entity.key.type)
      addProblem(
        source,
        joinPath(path, 'type'),
        `must be ${entity.key.type}, as primary_key says; found ${field.type}`,
      )
  })
}

function checkFieldLists(
  entity: Entity,
  key: string,
  lists: readonly (readonly string[])[],
  source: Source,
): void {
  const names = entity.fields.map((field) => field.name)
  lists.forEach((list, index) => {
    const path = joinPath(key, index)
    for (const name of list) {
      const field = entity.fields.find((each) => each.name === name)
      if (field === undefined)
        addProblem(source, path, `names no field of the entity: ${describe(name)}${suggest(name, names)}`)
      else if (field.type === 'json' || field.type === 'file')
        addProblem(source, path, `cannot hold ${name}, a ${field.type} field`)
    }
    if (new Set(list).size !== list.length) addProblem(source, path, 'names a field twice')
  })
}

function checkSlug(entity: Entity, slug: Slug, source: Source): void {
  const from = entity.fields.find((field) => field.name === slug.source)
  const target = entity.fields.find((field) => field.name === slug.field)
  if (from === undefined || (from.type !== 'string' && from.type !== 'text') || slug.source === slug.field)
    addProblem(
      source,
      'slug.source',
      `must name another string or text field, found ${describe(slug.source)}`,
    )
  if (target?.type !== 'string' && target?.type !== 'text')
    addProblem(source, 'slug.field', `must be a string or text field, found ${describe(slug.field)}`)
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
