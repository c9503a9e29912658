// A relation between two entities: what a definition of one holds, how it is read, and how it is written back.

import { joinName } from '../database/identifiers.ts'
import type { Problem } from '../errors.ts'
import { addProblem, pick, readChoice, readObject, type Source } from '../reader.ts'
import { present, readColumnName, readName, readTableName } from './field.ts'

export type OnDelete = 'cascade' | 'set_null' | 'restrict' | 'detach'
export type WriteMode = 'diff' | 'replace' | 'append'

type Common = Readonly<{
  name: string
  source: string
  target: string
  /** The key of the source as the definition names it; only the primary key will do. */
  sourceKey?: string
  /** The relation's name on the target; absent means the default. */
  inverse?: string
  ownership: 'source' | 'none'
  onDelete: OnDelete
  writeMode: WriteMode
}>

/** The target's rows hold the source's key in the column `targetKey`. */
export type DirectRelation = Common & Readonly<{ type: 'one_to_one' | 'one_to_many'; targetKey: string }>
/** A join table holds both keys. */
export type JoinRelation = Common &
  Readonly<{ type: 'many_to_many'; joinTable: string; sourceJoinKey: string; targetJoinKey: string }>
/** One relation; the source is always found by its primary key. */
export type Relation = DirectRelation | JoinRelation

const keys = [
  'name',
  'type',
  'source',
  'target',
  'source_key',
  'target_key',
  'join_table',
  'source_join_key',
  'target_join_key',
  'ownership',
  'on_delete',
  'fetch',
  'write_mode',
  'inverse',
] as const

/** Reads a relation's definition; adds every problem with its path. `fetch` is read and ignored. */
export function readRelation(value: unknown, path: string, problems: Problem[]): Relation | undefined {
  const source = readObject(value, path, problems, keys)
  const name = readName(source)
  const from = readName(source, 'source')
  const to = readName(source, 'target')
  const type = readChoice(source, 'type', ['one_to_one', 'one_to_many', 'many_to_many'] as const)
  if (pick(source, 'type') === undefined)
    addProblem(source, 'type', 'is missing; it is one_to_one, one_to_many or many_to_many')
  const isJoin = type === 'many_to_many'
  const common = {
    source: from ?? '',
    target: to ?? '',
    ...present('sourceKey', readOptionalName(source, 'source_key')),
    ...present('inverse', readOptionalName(source, 'inverse')),
    ownership: readChoice(source, 'ownership', ['source', 'none'] as const) ?? (isJoin ? 'none' : 'source'),
    onDelete: readOnDelete(source, isJoin),
    writeMode: readChoice(source, 'write_mode', ['diff', 'replace', 'append'] as const) ?? 'diff',
  }
  const shape =
    type === 'many_to_many' ? readJoin(source, type, name ?? '', common) : readDirect(source, type, common)
  return name === undefined || from === undefined || to === undefined
    ? undefined
    : shape && { name, ...shape }
}

function readOnDelete(source: Source, isJoin: boolean): OnDelete {
  const found = readChoice(source, 'on_delete', ['cascade', 'set_null', 'restrict', 'detach'] as const)
  if (isJoin && found !== undefined && found !== 'detach' && found !== 'restrict')
    addProblem(source, 'on_delete', `must be detach or restrict for many_to_many, found ${found}`)
  return found ?? (isJoin ? 'detach' : 'restrict')
}

type Ends = Omit<Common, 'name'>

function readJoin(
  source: Source,
  type: 'many_to_many',
  name: string,
  common: Ends,
): Omit<JoinRelation, 'name'> {
  refuseKeys(
    source,
    ['target_key'],
    'is for one_to_one and one_to_many; many_to_many has source_join_key and target_join_key',
  )
  const usual = usualJoin({ ...common, name })
  return {
    ...common,
    type,
    joinTable: readTableName(source, 'join_table', usual.joinTable),
    sourceJoinKey: readColumnName(source, 'source_join_key') ?? usual.sourceJoinKey,
    targetJoinKey: readColumnName(source, 'target_join_key') ?? usual.targetJoinKey,
  }
}

/** What a join table and its keys are called when the definition does not say. */
function usualJoin({ source, target, name }: Pick<Common, 'source' | 'target' | 'name'>) {
  return {
    joinTable: joinName(source, name),
    sourceJoinKey: usualKey(source),
    targetJoinKey: source === target ? `other_${usualKey(target)}` : usualKey(target),
  }
}

function usualKey(entity: string): string {
  return `${entity}_id`
}

function readDirect(
  source: Source,
  type: DirectRelation['type'] | undefined,
  common: Ends,
): Omit<DirectRelation, 'name'> | undefined {
  if (type !== undefined)
    refuseKeys(
      source,
      ['join_table', 'source_join_key', 'target_join_key'],
      'is for many_to_many relations only',
    )
  const targetKey = readOptionalName(source, 'target_key') ?? usualKey(common.source)
  return type && { ...common, type, targetKey }
}

function readOptionalName(source: Source, key: string): string | undefined {
  return pick(source, key) === undefined ? undefined : readName(source, key)
}

function refuseKeys(source: Source, refused: readonly string[], message: string): void {
  for (const key of refused) if (pick(source, key) !== undefined) addProblem(source, key, message)
}

/** Writes a relation in the form that documents and the tables hold: snake_case, without what defaults say. */
export function writeRelation(relation: Relation): Record<string, unknown> {
  const isJoin = relation.type === 'many_to_many'
  const ends = isJoin ? writeJoin(relation) : { target_key: relation.targetKey }
  return {
    name: relation.name,
    type: relation.type,
    source: relation.source,
    target: relation.target,
    ...ends,
    ...present('inverse', relation.inverse),
    ...(relation.ownership === (isJoin ? 'none' : 'source') ? {} : { ownership: relation.ownership }),
    ...(relation.onDelete === (isJoin ? 'detach' : 'restrict') ? {} : { on_delete: relation.onDelete }),
    ...(relation.writeMode === 'diff' ? {} : { write_mode: relation.writeMode }),
  }
}

function writeJoin(relation: JoinRelation): Record<string, string> {
  const usual = usualJoin(relation)
  const names = [
    ['join_table', relation.joinTable, usual.joinTable],
    ['source_join_key', relation.sourceJoinKey, usual.sourceJoinKey],
    ['target_join_key', relation.targetJoinKey, usual.targetJoinKey],
  ] as const
  return Object.fromEntries(
    names.filter(([, found, other]) => found !== other).map(([key, found]) => [key, found]),
  )
}
