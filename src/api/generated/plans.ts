// Turns inputs of mutations into plans: names of the language, paths of the API; all rows of a wrong shape are told at once.
import { failAll, type Problem } from '../../errors.ts'
import { readValue, type Value } from '../../metadata/value.ts'
import type { Input, NestedPlan, RelationPlan } from '../../pipeline/plan.ts'
import { notFound } from '../../pipeline/stages/lock.ts'
import { isObject, joinPath } from '../../reader.ts'
import { checkSize, type GivenRelation, listRelations } from './nested-rows.ts'
import type { Shape } from './shape.ts'
import { fromId } from './values.ts'

/** What one input asks of its record. */
export type Planned = Readonly<{ input: Input; relations: readonly RelationPlan[] }>
/** Problems found so far: rows that make no sense, and rows that cannot exist. */
type Problems = Readonly<{ wrong: Problem[]; missing: Problem[] }>
type Planner = Problems & Readonly<{ shape: Shape }>

/** Plans the input of a single mutation, whose paths begin at the record; absent is an input without fields. */
export function planInput(shape: Shape, input: unknown): Planned {
  checkSize(shape, [input], 0)
  return collect((problems) => planFields({ ...problems, shape }, input, ''))
}

/** Plans many inputs, whose paths begin with `inputs[0]` and so on. */
export function planInputs(
  shape: Shape,
  inputs: readonly unknown[],
): readonly (Planned & { path: string })[] {
  checkSize(shape, inputs, inputs.length)
  return collect((problems) =>
    inputs.map((input, index) => {
      const path = joinPath('inputs', index)
      return { ...planFields({ ...problems, shape }, input, path), path }
    }),
  )
}

function collect<T>(plan: (problems: Problems) => T): T {
  const problems: Problems = { wrong: [], missing: [] }
  const planned = plan(problems)
  if (problems.wrong.length > 0) throw failAll('BAD_USER_INPUT', problems.wrong)
  if (problems.missing.length > 0) throw failAll('NOT_FOUND', problems.missing)
  return planned
}

function planFields(planner: Planner, input: unknown, path: string): Planned {
  const { shape } = planner
  const relations = listRelations(shape, input, path).map((given) => planRelation(planner, given))
  return { input: readFields(shape, input), relations }
}

/** The values by the names of the language; what was not given stays away. */
function readFields({ given }: Shape, input: unknown): Input {
  const values: Record<string, unknown> = {}
  if (!isObject(input)) return values
  for (const [apiName, value] of Object.entries(input)) {
    const field = given.get(apiName)
    if (field && value !== undefined) values[field.name] = fromId(field, value)
  }
  return values
}

function planRelation(planner: Planner, { end, path, mode, rows }: GivenRelation): RelationPlan {
  const behind = { ...planner, shape: planner.shape.shapeBehind(end) }
  const planned = rows.map((given) => planRow(behind, given.row, given.path))
  findTwice(behind, planned)
  return { end, path, mode, rows: planned }
}

/** Two rows for one record: the second would not know of the first. */
function findTwice({ shape, wrong }: Planner, rows: readonly NestedPlan[]): void {
  const seen = new Set<string>()
  for (const { key, path } of rows) {
    if (key === undefined) continue
    const name = String(key)
    const message = `names the ${shape.entity.name} ${JSON.stringify(key)} a second time`
    if (seen.has(name)) wrong.push({ path, message })
    seen.add(name)
  }
}

/** A row of a nested input, its marks apart from the fields of the record. */
type MarkedRow = Readonly<{ id: unknown; create: boolean; remove: boolean; fields: Record<string, unknown> }>

function planRow(planner: Planner, given: unknown, path: string): NestedPlan {
  const row = readMarks(given)
  const problem = findProblem(row)
  if (problem !== undefined) planner.wrong.push({ path, message: problem })
  const kind = row.remove ? 'remove' : row.create || row.id === undefined ? 'add' : 'keep'
  const key = problem === undefined ? readKey(planner, row, path) : undefined
  return { kind, path, ...(key === undefined ? {} : { key }), ...planFields(planner, row.fields, path) }
}

function readMarks(given: unknown): MarkedRow {
  const { id, create, delete: remove, ...others } = isObject(given) ? given : {}
  const fields = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  return { id: id ?? undefined, create: create === true, remove: remove === true, fields }
}

function findProblem({ id, create, remove, fields }: MarkedRow): string | undefined {
  const names = Object.keys(fields)
  if (create && remove) return 'has both create and delete; a row is either made or taken out'
  if (create && id === undefined) return 'has create without an id; leave create out to have one made'
  if (remove && id === undefined) return 'has delete without an id; name the row to take out'
  if (remove && names.length > 0)
    return `has delete beside ${names.join(', ')}; a row that is taken out has its id only`
  return undefined
}

/** A key of a wrong form belongs to no record; that of a new one has to be right. */
function readKey(planner: Planner, { id, create }: MarkedRow, path: string): Value | undefined {
  const { entity } = planner.shape
  if (id === undefined) return undefined
  const reading = readValue(entity.keyField, fromId(entity.keyField, id))
  if ('value' in reading) return reading.value
  if (create) planner.wrong.push({ path: joinPath(path, 'id'), field: 'id', message: reading.problem })
  else planner.missing.push({ path, message: notFound(entity.name, id).message })
  return undefined
}
