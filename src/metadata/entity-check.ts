// What an entity's definition must keep to by itself: its fields, lists of fields and slug fit together.
import { addProblem, describe, joinPath, type Source, suggest } from '../reader.ts'
import type { Field } from './field.ts'

const mostFields = 500

/** What is checked of an entity. */
type Checked = Readonly<{
  key: Readonly<{ field: string; type: string }>
  slug?: Slug
  fields: readonly Field[]
  uniqueTogether: readonly (readonly string[])[]
  indexes: readonly (readonly string[])[]
  searchLanguage: string
}>
type Slug = Readonly<{ field: string; source: string }>

/** Adds every problem of an entity that was read; `declared` are the fields as the definition lists them. */
export function checkEntity(entity: Checked, declared: readonly Field[], source: Source): void {
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

function checkDeclared(entity: Checked, declared: readonly Field[], source: Source): void {
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
  entity: Checked,
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

function checkSlug(entity: Checked, slug: Slug, source: Source): void {
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
