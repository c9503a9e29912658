// Who decides an approval: how it is read and written back.
import { findNameProblem } from '../../database/identifiers.ts'
import { addProblem, isObject, joinPath, pick, readChoice, readText, type Source } from '../../reader.ts'
import { readExpression, readVariant } from '../clauses.ts'
import { readValue } from '../value.ts'

/** A user, everyone who has a role (lower case), or the user whose id stands where an expression looks. */
export type Assignee =
  | Readonly<{ type: 'user'; id: string }>
  | Readonly<{ type: 'role'; role: string }>
  | Readonly<{ type: 'field'; path: string }>

const assigneeTypes = ['user', 'role', 'field'] as const
const keysOf = { user: ['type', 'id'], role: ['type', 'role'], field: ['type', 'path'] } as const

/** Reads the assignee of an approval, which must be there. */
export function readAssignee(owner: Source): Assignee | undefined {
  const path = joinPath(owner.path, 'assignee')
  const value = pick(owner, 'assignee')
  if (value === undefined)
    return addProblem(
      owner,
      'assignee',
      'is missing; it says who decides, such as { type: role, role: manager }',
    )
  const outer = { value: isObject(value) ? value : {}, path, problems: owner.problems }
  const type = readChoice(outer, 'type', assigneeTypes)
  if (type === undefined) {
    if (pick(outer, 'type') === undefined)
      addProblem(outer, isObject(value) ? 'type' : '', `is missing; it is one of ${assigneeTypes.join(', ')}`)
    return undefined
  }
  const source = readVariant(value, path, owner.problems, { keysOf, type, noun: 'assignees' })
  if (type === 'user') return readUser(source)
  if (type === 'role') return readRole(source)
  const text = readExpression(source, 'path')
  return text === undefined ? undefined : { type, path: text }
}

function readUser(source: Source): Assignee | undefined {
  const reading = readValue({ type: 'uuid' }, pick(source, 'id'))
  if ('problem' in reading) return addProblem(source, 'id', reading.problem)
  return { type: 'user', id: String(reading.value) }
}

/** Names of roles compare without case. */
function readRole(source: Source): Assignee | undefined {
  const role = readText(source, 'role')?.toLowerCase()
  if (role === undefined)
    return pick(source, 'role') === undefined ? addProblem(source, 'role', 'is missing') : undefined
  const problem = findNameProblem(role)
  return problem === undefined ? { type: 'role', role } : addProblem(source, 'role', problem)
}
