// The working form of a plan: one Write per record, in a tree, that the stages read and fill in as it goes its road.
import type { Row } from '../../database/connect.ts'
import { failAll, type Problem } from '../../errors.ts'
import type { Policy } from '../../metadata/policy.ts'
import { entityOf, type RegistryEntity, type RelationEnd } from '../../metadata/registry.ts'
import type { WriteMode } from '../../metadata/relation.ts'
import type { Value } from '../../metadata/value.ts'
import type { NestedPlan, RecordPlan, RelationPlan } from '../plan.ts'
import type { Actor, WriteContext } from '../write-context.ts'
import { type Changes, readInput } from './values.ts'

/** What a transition asks for besides fields: a record to make, or news for the outbox. */
export type Effect =
  | Readonly<{ kind: 'create_record'; entity: string; values: Readonly<Record<string, unknown>> }>
  | Readonly<{ kind: 'event'; event: string; payload: Readonly<Record<string, unknown>> }>
  | Readonly<{ kind: 'webhook'; definition: Readonly<Record<string, unknown>> }>

/** One record under way. */
export type Write = {
  readonly action: RecordPlan['action']
  readonly entity: RegistryEntity
  readonly path: string
  readonly actor: Actor
  /** What was asked for, read by type; columns that a relation sets stand here too. */
  readonly changes: Map<string, Value>
  readonly relations: Relation[]
  readonly parent?: Readonly<{ write: Write; end: RelationEnd }>
  readonly ifVersion?: number
  /** The state that the record must leave its own for. */
  readonly transition?: string
  /** Absent until the database has made it. */
  key?: Value
  /** The row as it was stored, once it is locked. */
  old?: Row
  /** The row as it shall be, and is once it is stored. */
  row: Row
  /** What the transition it took asks for besides, worked out once the row is stored. */
  effects: () => readonly Effect[]
  /** The rules that were asked, when somebody traces the write. */
  readonly asked: string[]
  /** The caller's policies that allow it so far; nobody asks for those of administrators and the system. */
  policies: readonly Policy[]
  /** Whether anything was stored. */
  isStored: boolean
}

/** The rows of one relation of a record under way. */
export type Relation = {
  readonly end: RelationEnd
  readonly path: string
  readonly mode: WriteMode
  readonly rows: readonly Nested[]
  /** Records of the other side that are made, changed or removed. */
  readonly children: Write[]
  /** Keys of a many_to_many: records to link, with their rows, and those to let go. */
  readonly links: Row[]
  readonly unlinks: Value[]
}

/** One row of a relation as it was asked for, its values read. */
export type Nested = Omit<NestedPlan, 'input' | 'relations'> &
  Readonly<{ changes: Changes; relations: readonly Relation[] }>

/** Makes writes of records that are planned; every value of a wrong form, at any depth, is told at once. */
export function startWrites(
  context: WriteContext,
  plans: readonly RecordPlan[],
  actor: Actor = 'viewer',
): readonly Write[] {
  const problems: Problem[] = []
  const writes = plans.map((plan) => ({ ...startWrite(context, plan, problems), actor }))
  if (problems.length > 0) throw failAll('BAD_USER_INPUT', problems)
  return writes
}

function startWrite(context: WriteContext, plan: RecordPlan, problems: Problem[]): Write {
  const write = { ...makeWrite(plan.action, plan.entity, plan.path, 'viewer'), ...pickTarget(plan) }
  if (plan.action !== 'create' && plan.action !== 'update') return write
  return {
    ...write,
    changes: readInput(context, { ...plan, isNew: plan.action === 'create' }, problems),
    relations: startRelations(context, plan.relations, problems),
  }
}

function pickTarget(plan: RecordPlan): Pick<Partial<Write>, 'key' | 'ifVersion' | 'transition'> {
  return {
    ...('key' in plan ? { key: plan.key } : {}),
    ...('ifVersion' in plan ? { ifVersion: plan.ifVersion } : {}),
    ...('transition' in plan ? { transition: plan.transition } : {}),
  }
}

/** A write of which nothing is known yet but what shall happen to which kind of record. */
export function makeWrite(
  action: Write['action'],
  entity: RegistryEntity,
  path: string,
  actor: Actor,
): Write {
  return {
    action,
    entity,
    path,
    actor,
    changes: new Map(),
    relations: [],
    row: {},
    effects: () => [],
    asked: [],
    policies: [],
    isStored: false,
  }
}

function startRelations(
  context: WriteContext,
  plans: readonly RelationPlan[],
  problems: Problem[],
): Relation[] {
  return plans.map(({ end, path, mode, rows }) => ({
    end,
    path,
    mode,
    rows: rows.map((row) => startNested(context, end, row, problems)),
    children: [],
    links: [],
    unlinks: [],
  }))
}

function startNested(context: WriteContext, end: RelationEnd, plan: NestedPlan, problems: Problem[]): Nested {
  const entity = entityOf(context.registry, end.other)
  const { kind, path, key } = plan
  if (kind === 'add' && key !== undefined && entity.key.generated && entity.key.type !== 'uuid')
    problems.push({
      path,
      message: `has an id, which a new ${entity.name} gets from the database; leave it out`,
    })
  return {
    kind,
    path,
    ...(key === undefined ? {} : { key }),
    changes: readInput(context, { entity, path, input: plan.input, isNew: kind === 'add' }, problems),
    relations: startRelations(context, plan.relations, problems),
  }
}

/** All writes of the trees, parents before their children. */
export function listWrites(roots: readonly Write[]): readonly Write[] {
  const found: Write[] = []
  for (let level = roots; level.length > 0; level = childrenOf(level)) found.push(...level)
  return found
}

/** The writes of the trees by their depth, parents first. */
export function listLevels(roots: readonly Write[]): readonly (readonly Write[])[] {
  const levels: (readonly Write[])[] = []
  for (let level = roots; level.length > 0; level = childrenOf(level)) levels.push(level)
  return levels
}

function childrenOf(level: readonly Write[]): readonly Write[] {
  return level.flatMap((write) => write.relations.flatMap((relation) => relation.children))
}

/** Groups by what `keyOf` tells, in the order of the first of each group. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
