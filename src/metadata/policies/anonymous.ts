// Permissions of callers without a token, who have no id, no e-mail and no attributes.
import { joinPath } from '../../reader.ts'
import type { Report } from '../behaviour/basis.ts'
import type { Permission } from '../permission.ts'
import { findPlace } from '../place.ts'

const anonymous = 'anonymous'

/** Reports what is nothing for them: in conditions it never holds, and in an expression nothing equals nothing. */
export function checkAnonymous(
  { roles, conditions, expression }: Permission,
  reads: readonly (readonly string[])[],
  report: Report,
): void {
  if (!roles.includes(anonymous)) return
  conditions.forEach(({ value }, index) => {
    const place = findPlace(value)
    if (roles.length === 1 && place && isPersonal(place))
      report(
        joinPath(joinPath('conditions', index), 'value'),
        `is nothing for anonymous: {{${place.join('.')}}}; the permission would never hold`,
      )
  })
  const read = reads.find(isPersonal)
  if (expression !== undefined && read)
    report(
      'expression',
      `reads ${read.join('.')}, which anonymous does not have, and nil equals nil; give anonymous a permission of its own`,
    )
}

function isPersonal([root, part]: readonly string[]): boolean {
  return root === 'user' && part !== 'roles'
}
