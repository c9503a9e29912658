// Writes the part of the language that policies use as SQL; it is true for exactly the rows for which memory says true.
import { checkText } from './expression.ts'
import { findUnwritable } from './sql-limits.ts'
import { type SqlTarget, writeTruth } from './sql-truth.ts'
import type { Scope } from './type.ts'
import { isOpen, nameType } from './type-rules.ts'

/** A condition that can be written for any row: SQL that is true, false or null (which counts as false). */
export type SqlExpression = Readonly<{ write(target: SqlTarget): string }>

/** Checks and compiles a text that says yes or no; what only memory can work out is a problem. */
export function compileToSql(
  text: string,
  scope: Scope,
): Readonly<{ sql: SqlExpression } | { problem: string }> {
  const checked = checkText(text, scope)
  if ('problem' in checked) return checked
  const { typed } = checked
  if (typed.type.kind !== 'boolean' && !isOpen(typed.type))
    return { problem: `must be true or false, but it is ${nameType(typed.type)}` }
  const problem = findUnwritable(typed)
  if (problem !== undefined) return { problem }
  return { sql: { write: (target) => writeTruth(typed, target) } }
}
