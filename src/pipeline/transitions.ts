// Tells where records may go next by their state machine, and what stands in a viewer's way. Nothing is written.
import { isAdmin, type Viewer } from '../auth/viewer.ts'
import { type Row, run } from '../database/connect.ts'
import { quoteName } from '../database/identifiers.ts'
import type { Load, Transition } from '../metadata/behaviour.ts'
import { ExpressionError } from '../metadata/expression/error.ts'
import type { Environment } from '../metadata/expression/expression.ts'
import type { RegistryEntity } from '../metadata/registry.ts'
import type { Read } from './reads/find.ts'
import { visible } from './rights/visible.ts'
import { wholeColumns } from './stages/lock.ts'
import { loadRelated } from './stages/related.ts'
import { mayTake, type Option, tellObstacle } from './stages/transition.ts'
import { type Listed, permitOptions } from './stages/transition-rights.ts'
import { groupBy } from './stages/writes.ts'
import { allOf, bind, column, selectList, sqlType, statement, type Values } from './statement.ts'
import { describeUser } from './user.ts'

/** What an expression sees of a record that is about to go to a state, with the related rows that it asked for. */
type LookAhead = (to: string, loads: readonly Load[]) => Environment

/** The states that transitions lead to from the row's own, each once, in the order in which they were defined. */
export function findOptions(
  { behaviour: { machine } }: RegistryEntity,
  row: Row,
  viewer: Viewer,
  look: LookAhead,
): readonly Option[] {
  const from = machine && row[machine.field.name]
  if (machine === undefined || from == null) return []
  const leading = machine.transitions.filter((each) => each.from.includes(String(from)) && each.to !== from)
  return [...groupBy(leading, ({ to }) => to)].map(([to, transitions]) =>
    judge(to, transitions, viewer, (loads) => look(to, loads)),
  )
}

function judge(
  to: string,
  transitions: readonly Transition[],
  viewer: Viewer,
  look: (loads: readonly Load[]) => Environment,
): Option {
  const obstacles: string[] = []
  for (const transition of transitions) {
    const obstacle = findObstacle(transition, viewer, look)
    if (obstacle === undefined) return { to, allowed: true }
    obstacles.push(obstacle)
  }
  return { to, allowed: false, reason: obstacles.join('; or ') }
}

function findObstacle(
  transition: Transition,
  viewer: Viewer,
  look: (loads: readonly Load[]) => Environment,
): string | undefined {
  try {
    const isOpen = mayTake(viewer, 'viewer', transition) && transition.isAllowed(look(transition.loads))
    return isOpen ? undefined : tellObstacle(viewer, 'viewer', transition)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return `the guard cannot be worked out: ${error.message}`
  }
}

/** The options of visible live records by their keys: one statement for the records, and one for each relation that guards look at. */
export async function readOptions(
  read: Omit<Read, 'columns'>,
  keys: readonly unknown[],
): Promise<ReadonlyMap<string, readonly Option[]>> {
  const { entity, viewer } = read
  const rows = await readRows(read, keys)
  const find = await readLoads(read, rows)
  const listed = rows.map(({ $now, ...row }): Listed => {
    const look: LookAhead = (to, loads) => ({
      ...describeChange(entity, viewer, row, to),
      now: $now,
      related: Object.fromEntries(loads.map((load) => [load.name, find(load, row)])),
    })
    return { row, now: $now, options: findOptions(entity, row, viewer, look) }
  })
  const permitted = isAdmin(viewer) ? listed : await permitOptions(read, listed)
  return new Map(permitted.map(({ row, options }) => [String(row[entity.key.field]), options]))
}

/** Whole rows, with the time on the database's clock beside them. */
async function readRows(
  { sql, viewer, entity }: Omit<Read, 'columns'>,
  keys: readonly unknown[],
): Promise<readonly Row[]> {
  const values: Values = []
  const where = allOf([
    `${column('t', entity.key.field)} = any(${bind(values, keys, `${sqlType(entity.keyField.type)}[]`)})`,
    visible(viewer, entity, 't', values),
  ])
  const list = `${selectList('t', wholeColumns(entity))}, now()::timestamptz(3) as "$now"`
  return await run(sql, statement(`select ${list} from ${quoteName(entity.table)} t where ${where}`, values))
}

/** Expressions see the record in its new state, as they do when it is really sent there. */
function describeChange(entity: RegistryEntity, viewer: Viewer, row: Row, to: string): Environment {
  const change = { [entity.behaviour.machine?.field.name ?? '']: to }
  return {
    record: { ...row, ...change },
    old: row,
    user: describeUser(viewer),
    action: 'update',
    entity: entity.name,
    changes: change,
  }
}

type FindLoaded = (load: Load, row: Row) => readonly Row[] | Row | null

/** Reads what the guards of transitions look at that lead on from a state of one of the rows. */
async function readLoads(
  { sql, registry, entity }: Omit<Read, 'columns'>,
  rows: readonly Row[],
): Promise<FindLoaded> {
  const { machine } = entity.behaviour
  const states = new Set(rows.map((row) => String(row[machine?.field.name ?? ''])))
  const leading = (machine?.transitions ?? []).filter(({ from }) => from.some((state) => states.has(state)))
  const found = new Map<string, ReadonlyMap<string, readonly Row[]>>()
  for (const load of leading.flatMap(({ loads }) => loads))
    if (!found.has(nameLoad(load))) found.set(nameLoad(load), await loadRelated(sql, registry, load, rows))
  return (load, row) => {
    const related = found.get(nameLoad(load))?.get(String(row[load.end.localColumn])) ?? []
    return load.end.isList ? related : (related[0] ?? null)
  }
}

function nameLoad({ end, filter }: Load): string {
  return JSON.stringify([end.relation.source, end.relation.name, end.side, [...filter]])
}
