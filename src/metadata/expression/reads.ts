// What expressions read: the paths that lead from the names of the scope to fields.
import type { Typed } from './syntax.ts'

/** A path such as `['record', 'total']` or `['related', 'items', 'price']`. */
export type Path = readonly string[]

/** The parts right below a part; expressions for elements are the last. */
export function listParts(part: Typed): readonly Typed[] {
  switch (part.kind) {
    case 'constant':
    case 'name':
      return []
    case 'list':
      return part.items
    case 'member':
      return [part.of]
    case 'index':
      return [part.of, part.index]
    case 'call':
      return part.each ? [...part.args, part.each] : part.args
    case 'unary':
      return [part.operand]
    case 'binary':
      return [part.left, part.right]
    case 'conditional':
      return [part.test, part.yes, part.no]
  }
}

/**
 * Every path that a part reads, the longest that are sure. What comes out of lists, calls and choices may be from any
 * path that they read; `element` are those of the list that the expression is worked out for.
 */
export function listReads(part: Typed, element: readonly Path[] = []): readonly Path[] {
  if ('path' in part && part.path) return [part.path]
  switch (part.kind) {
    case 'name':
      return part.name === 'it' ? element : extend(element, part.name)
    case 'member': {
      const owner = listReads(part.of, element)
      return [...owner, ...extend(owner, part.name)]
    }
    case 'call':
      return [...listCall(part, element), ...(isClock(part.name) ? [['now']] : [])]
    default:
      return listParts(part).flatMap((inner) => listReads(inner, element))
  }
}

function extend(paths: readonly Path[], name: string): readonly Path[] {
  return paths.map((path) => [...path, name])
}

function listCall({ args, each }: Typed & { kind: 'call' }, element: readonly Path[]): readonly Path[] {
  const own = args.flatMap((arg) => listReads(arg, element))
  return each ? [...own, ...listReads(each, own)] : own
}

function isClock(name: string): boolean {
  return name === 'now' || name === 'today'
}
