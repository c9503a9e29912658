// The argument `search` of lists, for entities that have fields to look into.
import { GraphQLString } from 'graphql'
import { searchedFields } from '../../metadata/tables/search.ts'
import type { Search } from '../../pipeline/reads/search.ts'
import { plainOperand, refuseSize } from './conditions.ts'
import type { Shape } from './shape.ts'

const text = plainOperand('text')

/** The argument, for lists of an entity that can be searched: all fields that a search looks into are open. */
export function searchArguments({ entity, view }: Shape) {
  const fields = searchedFields(entity).map((field) => field.name)
  if (fields.length === 0 || !fields.every((name) => view.read?.get(name) === 'always')) return {}
  const description = `Only rows with these words in ${fields.join(', ')}; "quotes" keep words together, or means either, - leaves out. Without orderBy the best come first.`
  return { search: { type: GraphQLString, description } }
}

/** Reads the argument; absent, null and blank text search nothing. */
export function readSearch({ entity, limits }: Shape, search: unknown): Search | undefined {
  if (search == null) return undefined
  const words = String(text.read(search, 'search'))
  if (words.length > limits.search)
    throw refuseSize('search', `has ${words.length} characters; at most ${limits.search} are allowed`)
  return words.trim() === '' ? undefined : { language: entity.searchLanguage, words }
}
