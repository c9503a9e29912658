// What relation fields of one request share among their parents, so that one statement answers a whole level.
import type { FieldNode } from 'graphql'
import type { Context } from '../context.ts'

/** What was opened for this field of this request before, or is opened now; graphql-js hands all parents the same nodes. */
export function findLevel<T>(context: Context, nodes: readonly FieldNode[], open: () => T): T {
  const known = context.levels.get(nodes)
  if (known !== undefined) return known as T
  const opened = open()
  context.levels.set(nodes, opened)
  return opened
}
