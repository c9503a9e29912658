// What the names of an expression stand for when the rules of a record are asked.

import type { Row } from '../../database/connect.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import { describeUser } from '../user.ts'
import type { Act } from './act.ts'
import { findChanged } from './values.ts'
import type { Write } from './writes.ts'

/** `record` is the row that the stages go on changing, so that each rule sees what those before it made. */
export function startEnvironment(act: Act, write: Write, now: string): Environment {
  return {
    record: write.row,
    old: write.old ?? null,
    user: describeUser(act.context.viewer),
    action: write.action,
    now,
    related: {},
    entity: write.entity.name,
    changes: listChanges(write),
  }
}

function listChanges({ entity, old, row }: Write): Row {
  if (old === undefined) return row
  return Object.fromEntries(findChanged(entity, old, row).map((field) => [field.name, row[field.name]]))
}
