// The rows that inputs nest below each other: where they stand, and how many and how deep they may be.
import { fail } from '../../errors.ts'
import type { RelationEnd } from '../../metadata/registry.ts'
import type { WriteMode } from '../../metadata/relation.ts'
import { isObject, joinPath } from '../../reader.ts'
import type { Shape } from './shape.ts'

/** What an input gives for one relation; `path` reaches to it. */
export type GivenRelation = Readonly<{
  end: RelationEnd
  path: string
  mode: WriteMode
  rows: readonly Readonly<{ path: string; row: unknown }>[]
}>

/** The relations for which an input gives rows; null stands for nothing given. */
export function listRelations(shape: Shape, input: unknown, path: string): readonly GivenRelation[] {
  if (!isObject(input)) return []
  return Object.entries(input).flatMap(([name, given]) => {
    const end = shape.nested.get(name)
    return end && isObject(given) ? [readRelation(end, given, joinPath(path, name))] : []
  })
}

function readRelation(
  end: RelationEnd,
  { mode, data }: Record<string, unknown>,
  path: string,
): GivenRelation {
  return {
    end,
    path,
    mode: (mode ?? end.relation.writeMode) as WriteMode,
    rows: listRows(end, data, joinPath(path, 'data')),
  }
}

/** GraphQL takes one item for a list of one. */
function listRows({ isList }: RelationEnd, data: unknown, path: string): GivenRelation['rows'] {
  if (data == null) return []
  if (!isList) return [{ path, row: data }]
  const rows: readonly unknown[] = Array.isArray(data) ? data : [data]
  return rows.map((row, index) => ({ path: joinPath(path, index), row }))
}

/** Refuses inputs that nest more rows, or deeper ones, than one mutation may write; LIMIT_EXCEEDED. */
export function checkSize(shape: Shape, inputs: readonly unknown[], listed: number): void {
  const { writeDepth, writeRows } = shape.limits
  let rows = listed
  let levels = 0
  let level = listBelow(inputs.map((input) => ({ shape, input })))
  for (; level.length > 0; level = listBelow(level)) {
    rows += level.length
    levels++
  }
  if (levels > writeDepth)
    throw fail(
      'LIMIT_EXCEEDED',
      `The input nests rows ${levels} levels deep; at most ${writeDepth} are allowed`,
    )
  if (rows > writeRows)
    throw fail('LIMIT_EXCEEDED', `The input has ${rows} rows in all; at most ${writeRows} are allowed`)
}

type Place = Readonly<{ shape: Shape; input: unknown }>

function listBelow(level: readonly Place[]): readonly Place[] {
  return level.flatMap(({ shape, input }) =>
    listRelations(shape, input, '').flatMap(({ end, rows }) =>
      rows.map(({ row }) => ({ shape: shape.shapeBehind(end), input: row })),
    ),
  )
}
