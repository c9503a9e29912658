// The fields that a permission lists: each must be one that the action can be about.
import { joinPath } from '../../reader.ts'
import type { Report } from '../behaviour/basis.ts'
import type { Field } from '../field.ts'
import type { Permission, PermissionAction } from '../permission.ts'
import { tellUnknown } from './condition.ts'
import type { Subject } from './scope.ts'

/** Reports fields that do not exist, that the API never shows, and of writes those that nobody gives. */
export function checkFields(
  subject: Subject,
  computed: ReadonlySet<string>,
  { action, fields = [] }: Permission,
  report: Report,
): void {
  fields.forEach((name, index) => {
    const field = subject.fieldsByName.get(name)
    const problem = field ? refuse(subject, computed, action, field) : tellUnknown(subject, name)
    if (problem !== undefined) report(joinPath('fields', index), problem)
  })
}

function refuse(
  { key, slug }: Subject,
  computed: ReadonlySet<string>,
  action: PermissionAction,
  { name, hidden, secret, auto }: Field,
): string | undefined {
  if (hidden || secret) return `is ${hidden ? 'hidden' : 'secret'}: the API has no such field; leave it out`
  if (action === 'read') return undefined
  if (auto !== undefined) return `is set by the system (auto: ${auto}); nobody gives it, so leave it out`
  if (name === slug?.field) return `is the slug, made from ${slug.source}; nobody gives it, so leave it out`
  if (computed.has(name)) return 'is computed by a rule; nobody gives it, so leave it out'
  if (name !== key.field) return undefined
  if (key.generated) return 'is the key, which the database makes; nobody gives it, so leave it out'
  return action === 'update' ? 'is the key, which never changes; leave it out' : undefined
}
