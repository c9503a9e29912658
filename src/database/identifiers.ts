// Names in SQL: what may be one, how it is quoted, and how a long one is kept under PostgreSQL's 63 bytes.
import { createHash } from 'node:crypto'

const pattern = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/
const longestName = 48
const longestIdentifier = 63

/** Says why `name` may not name an entity, field, table or relation; undefined when it may. */
export function findNameProblem(name: string): string | undefined {
  if (!pattern.test(name))
    return `must be lower case words joined by single underscores, beginning with a letter (${pattern.source}); found ${JSON.stringify(name)}`
  if (name.length > longestName) return `must have at most ${longestName} bytes, found ${name.length}`
  return undefined
}

/** Quotes an identifier that the code made or a definition holds; refuses what no definition could hold. */
export function quoteName(name: string): string {
  if (name.includes('"') || name.includes('\0') || name === '')
    throw new Error(`Not an identifier: ${JSON.stringify(name)}`)
  return `"${name}"`
}

/** Quotes text as a string constant; safe whatever standard_conforming_strings says. */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new Error('Text for PostgreSQL cannot contain the character NUL')
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

/** Joins the parts to one identifier; one that PostgreSQL would cut ends in a hash of the whole instead. */
export function joinName(...parts: readonly string[]): string {
  const name = parts.join('_')
  if (name.length <= longestIdentifier) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10)
  return `${name.slice(0, longestIdentifier - hash.length - 1)}_${hash}`
}
