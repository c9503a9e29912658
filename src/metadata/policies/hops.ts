// The relations to one that a clause looks through.
import type { Hop } from '../policy.ts'
import type { Subject, Subjects } from './scope.ts'

/** The relations on a path such as `['record', 'customer', 'region']`, by where they stand in it. */
export function listHops(
  subject: Subject,
  subjects: Subjects,
  [root, ...names]: readonly string[],
): readonly [string, Hop][] {
  const hops: [string, Hop][] = []
  if (root !== 'record') return hops
  let current: Subject | undefined = subject
  for (const [index, name] of names.entries()) {
    const end: Hop['end'] | undefined = current?.ends.find((each) => each.name === name && !each.isList)
    const other: Subject | undefined = end && subjects.get(end.other)
    if (end === undefined || other === undefined || current?.fieldsByName.has(name)) break
    const path = names.slice(0, index + 1)
    const { table, softDelete, fieldsByName: fields } = other
    hops.push([path.join('.'), { path, end, table, softDelete, fields }])
    current = other
  }
  return hops
}
