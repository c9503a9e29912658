// Follows the names of an expression through records and relations, and writes the new name where the renamed one is meant.
import { parse } from '../expression/parse.ts'
import { ExpressionProblem } from '../expression/problem.ts'
import type { Syntax } from '../expression/syntax.ts'

/** What the names of records lead to, as it was before the rename. */
export type Book = Readonly<{
  /** Whether the entity has a field or a side of that name. */
  has(entity: string, name: string): boolean
  /** Where a side of an entity leads. */
  follow(entity: string, side: string): Readonly<{ entity: string; isList: boolean }> | undefined
  /** What a field or side of an entity is called from now on; undefined when it keeps its name. */
  renew(entity: string, name: string): string | undefined
}>

/** What a part of an expression stands for, as far as names behind it are concerned. */
type Meaning = Readonly<{ kind: 'record' | 'records' | 'related' | 'trigger'; entity: string }> | undefined
type Edit = Readonly<{ at: number; length: number; text: string }>
type Walk = Readonly<{ text: string; entity: string; element?: string; book: Book; edits: Edit[] }>

const records = new Set(['record', 'old', 'changes'])

/** The text under the new name; `entity` is whose record it is about. A text that is no expression stays as it is. */
export function renameInExpression(text: string, entity: string, book: Book): string {
  return rewrite({ text, entity, book, edits: [] })
}

function rewrite(walk: Walk): string {
  const syntax = readSyntax(walk.text)
  if (syntax === undefined) return walk.text
  visit(syntax, walk)
  return [...walk.edits]
    .sort((one, other) => other.at - one.at)
    .reduce(
      (text, { at, length, text: next }) => text.slice(0, at - 1) + next + text.slice(at - 1 + length),
      walk.text,
    )
}

function readSyntax(text: string): Syntax | undefined {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof ExpressionProblem) return undefined
    throw error
  }
}

function visit(part: Syntax, walk: Walk): Meaning {
  switch (part.kind) {
    case 'constant':
      return undefined
    case 'name':
      return visitName(part.name, part.at, walk)
    case 'member':
      return visitMember(visit(part.of, walk), part.name, part.at, walk)
    case 'index':
      visit(part.index, walk)
      return one(visit(part.of, walk))
    case 'call':
      return visitCall(part, walk)
    case 'list':
      return visitAll(part.items, walk)
    case 'unary':
      return visit(part.operand, walk)
    case 'binary':
      return visitAll([part.left, part.right], walk)
    case 'conditional': {
      visit(part.test, walk)
      const [yes, no] = [visit(part.yes, walk), visit(part.no, walk)]
      return yes ?? no
    }
  }
}

function visitAll(parts: readonly Syntax[], walk: Walk): undefined {
  for (const part of parts) visit(part, walk)
}

function one(meaning: Meaning): Meaning {
  return meaning?.kind === 'records' ? { ...meaning, kind: 'record' } : undefined
}

/** Inside of an expression for each element, its fields come before the names of the scope. */
function visitName(name: string, at: number, walk: Walk): Meaning {
  const { element, entity, book } = walk
  if (element !== undefined && book.has(element, name))
    return visitMember({ kind: 'record', entity: element }, name, at, walk)
  if (records.has(name)) return { kind: 'record', entity }
  return name === 'related' || name === 'trigger' ? { kind: name, entity } : undefined
}

function visitMember(of: Meaning, name: string, at: number, { book, edits }: Walk): Meaning {
  if (of === undefined) return undefined
  if (of.kind === 'trigger') return records.has(name) ? { kind: 'record', entity: of.entity } : undefined
  const text = book.renew(of.entity, name)
  if (text !== undefined) edits.push({ at, length: name.length, text })
  const end = book.follow(of.entity, name)
  return end && { kind: end.isList ? 'records' : 'record', entity: end.entity }
}

function visitCall(call: Syntax & { kind: 'call' }, walk: Walk): Meaning {
  const [list, each] = call.args
  const meaning = list && visit(list, walk)
  visitAll(call.args.slice(1), walk)
  if (meaning?.kind !== 'records') return undefined
  if (each?.kind === 'constant' && typeof each.value === 'string')
    visitEach(each.value, each.at, meaning.entity, walk)
  return call.name === 'filter' ? meaning : undefined
}

const quoted = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/suy

/** A text that is worked out for each element is an expression of its own. */
function visitEach(inner: string, at: number, element: string, walk: Walk): void {
  const next = rewrite({ ...walk, text: inner, element, edits: [] })
  quoted.lastIndex = at - 1
  const [given] = quoted.exec(walk.text) ?? []
  if (next === inner || given === undefined) return
  const mark = given[0] ?? "'"
  const text = `${mark}${next.replace(/[\\'"\n\t\r]/g, writeEscape)}${mark}`
  walk.edits.push({ at, length: given.length, text })
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

function writeEscape(character: string): string {
  return escapes[character] ?? `\\${character}`
}
