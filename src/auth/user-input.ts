// Reads what describes a user or a key: e-mail, roles, attributes; each problem is added with its path.
import { findNameProblem } from '../database/identifiers.ts'
import { type AppError, failAll, type Problem } from '../errors.ts'
import { readValue } from '../metadata/value.ts'
import { describe, isObject, joinPath } from '../reader.ts'
import { normaliseEmail } from './email.ts'

export type Attributes = Readonly<Record<string, unknown>>

const mostRoles = 50

/** Reads the e-mail of a new user; adds a problem when it cannot be one. */
export function readEmail(email: string, path: string, problems: Problem[]): string {
  const normal = normaliseEmail(email)
  if (normal !== undefined) return normal
  const message = `must be an e-mail address such as ada@example.com, found ${describe(email)}`
  problems.push({ path, field: 'email', rule: 'email', message })
  return ''
}

/** The error for an e-mail that another user has. */
export function refuseTakenEmail(email: string, path: string): AppError {
  const message = `is taken: a user with the e-mail ${describe(email)} exists already`
  return failAll('CONFLICT', [{ path, field: 'email', rule: 'unique', message }])
}

export function checkText(
  text: string | null | undefined,
  path: string,
  field: string,
  problems: Problem[],
): void {
  const reading = readValue({ type: 'string' }, text ?? '')
  if ('problem' in reading) problems.push({ path, field, message: reading.problem })
}

/** Reads role names, which may have capitals. */
export function readRoles(roles: readonly string[], path: string, problems: Problem[]): readonly string[] {
  if (roles.length > mostRoles)
    problems.push({ path, field: 'roles', message: `must be at most ${mostRoles}, found ${roles.length}` })
  const lowered = roles.map((role) => role.toLowerCase())
  lowered.forEach((role, index) => {
    const isRepeated = lowered.indexOf(role) !== index
    const message = findNameProblem(role) ?? (isRepeated ? `is listed twice: ${describe(role)}` : undefined)
    if (message !== undefined) problems.push({ path: joinPath(path, index), field: 'roles', message })
  })
  return lowered
}

export function readAttributes(attributes: unknown, path: string, problems: Problem[]): Attributes {
  if (isObject(attributes)) return attributes
  problems.push({ path, field: 'attributes', message: `must be an object, found ${describe(attributes)}` })
  return {}
}
