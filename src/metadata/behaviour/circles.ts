// Finds computed fields that lead back to themselves, within an entity or over relations.
import { listOwn } from './compile.ts'
import type { Draft } from './computed.ts'

/** A computed field of an entity, as a point of the graph. */
export type Point = Readonly<{ entity: string; draft: Draft }>

/** One circle: the point that closes it, and the whole way in words, such as `a -> b -> a`. */
export type Circle<P extends Point> = Readonly<{ point: P; way: string }>

/** Every circle once. */
export function findCircles<P extends Point>(points: readonly P[]): readonly Circle<P>[] {
  const next = linkPoints(points)
  const done = new Set<P>()
  const circles: Circle<P>[] = []
  const visit = (point: P, path: readonly P[]): void => {
    const start = path.indexOf(point)
    if (start >= 0) circles.push({ point, way: tellWay([...path.slice(start), point]) })
    if (start >= 0 || done.has(point)) return
    for (const other of next(point)) visit(other, [...path, point])
    done.add(point)
  }
  for (const point of points) visit(point, [])
  return circles
}

/** From a point to those that its expression reads: in its own record, or field by field in loaded ones. */
function linkPoints<P extends Point>(points: readonly P[]): (point: P) => readonly P[] {
  const byName = new Map(points.map((point) => [nameOf(point), point]))
  const fields = new Map<string, Set<string>>()
  for (const { entity, draft } of points)
    fields.set(entity, (fields.get(entity) ?? new Set()).add(draft.computed.field.name))
  return ({ entity, draft }) => {
    const own = draft.reads.flatMap((path) => listOwn(path, fields.get(entity) ?? new Set()))
    const names = [
      ...own.map((field) => `${entity}.${field}`),
      ...draft.reads.flatMap((path) => nameRelated(draft, path)),
    ]
    return [...new Set(names)].flatMap((name) => byName.get(name) ?? [])
  }
}

function nameRelated({ computed }: Draft, [root, relation, field]: readonly string[]): readonly string[] {
  if (root !== 'related' || field === undefined) return []
  const load = computed.loads.find(({ name }) => name === relation)
  return load ? [`${load.end.other}.${field}`] : []
}

function nameOf({ entity, draft }: Point): string {
  return `${entity}.${draft.computed.field.name}`
}

/** The entity is told only when there are several. */
function tellWay(points: readonly Point[]): string {
  const isOne = new Set(points.map(({ entity }) => entity)).size === 1
  return points.map((point) => (isOne ? point.draft.computed.field.name : nameOf(point))).join(' -> ')
}
