// Compiles the expressions of rules and machines, and tells what they read.
import { suggest } from '../../reader.ts'
import type { Load } from '../behaviour.ts'
import { compileExpression, type Expression } from '../expression/expression.ts'
import { nameType } from '../expression/type-rules.ts'
import { type Basis, type Outlook, type Report, scopeWith } from './basis.ts'

/** An expression, where it stands in its definition, and what it may see as `related`; undefined when that has problems. */
export type Asked = Readonly<{ text: string; path: string; loads: readonly Load[] | undefined }>

export function compile(basis: Outlook, asked: Asked, report: Report): Expression | undefined {
  const { text, path, loads } = asked
  if (loads === undefined) return undefined
  const compiled = compileExpression(text, scopeWith(basis, loads))
  if ('expression' in compiled) return compiled.expression
  return report(path, findUnloaded(basis, text, loads) ?? compiled.problem)
}

/** An expression that says yes or no. */
export function compileCondition(basis: Outlook, asked: Asked, report: Report): Expression | undefined {
  const expression = compile(basis, asked, report)
  if (expression === undefined || ['boolean', 'any'].includes(expression.type.kind)) return expression
  return report(asked.path, `must be true or false, but makes ${nameType(expression.type)}`)
}

/** The usual reason why `related.items` is not known: the rule does not say that it looks there. */
function findUnloaded({ subject }: Outlook, text: string, loads: readonly Load[]): string | undefined {
  if (subject === undefined) return undefined
  const named = [...text.matchAll(/\brelated\.([a-z0-9_]+)/g)].map(([, name = '']) => name)
  const missing = named.find((name) => loads.every((load) => load.name !== name))
  if (missing === undefined) return undefined
  const ends = subject.ends.map((end) => end.name)
  return ends.includes(missing)
    ? `reads related.${missing}, which is not loaded; add { relation: ${missing} } to related_load`
    : `reads related.${missing}, but ${subject.name} has no relation ${missing}${suggest(missing, ends)}`
}

export function usesNow(expression: Expression | undefined): boolean {
  return expression?.reads.some(([name]) => name === 'now') ?? false
}

/** Whether the expression reads a computed field of its own record. */
export function readsComputed({ subject, computed }: Basis, { reads }: Expression): boolean {
  const made = computed.get(subject.name) ?? new Set()
  return made.size > 0 && reads.some((path) => listOwn(path, made).length > 0)
}

/** Those of the fields that a path reads from the record as it is going to be; the whole record is all of them. */
export function listOwn([name, field]: readonly string[], fields: ReadonlySet<string>): readonly string[] {
  if (name !== 'record' && name !== 'changes') return []
  if (field === undefined) return [...fields]
  return fields.has(field) ? [field] : []
}
