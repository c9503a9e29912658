// What a write is to do, decided before anything is touched: a tree of records, each with what is asked of it.
import type { RegistryEntity, RelationEnd } from '../metadata/registry.ts'
import type { WriteMode } from '../metadata/relation.ts'
import type { Value } from '../metadata/value.ts'
import type { Filter } from './reads/filter.ts'

/** The values that were given, by field name; a field that is not there is not touched. */
export type Input = Readonly<Record<string, unknown>>

/** `path` says where the record stands in the caller's input: '' for the root, `items.data[1]` for a child. */
type Place = Readonly<{ entity: RegistryEntity; path: string }>

export type CreatePlan = Place &
  Readonly<{ action: 'create'; input: Input; relations: readonly RelationPlan[] }>
/** With `transition` the record must leave its state for that one. */
export type UpdatePlan = Place &
  Readonly<{
    action: 'update'
    key: Value
    input: Input
    relations: readonly RelationPlan[]
    ifVersion?: number
    transition?: string
  }>
export type DeletePlan = Place & Readonly<{ action: 'delete'; key: Value; ifVersion?: number }>
export type RestorePlan = Place & Readonly<{ action: 'restore'; key: Value }>

/** What is asked of one record. */
export type RecordPlan = CreatePlan | UpdatePlan | DeletePlan | RestorePlan

/**
 * One row of a relation: `add` makes a record (and links it), `keep` leads to one that exists (many_to_many: links it)
 * and changes what the input names, `remove` takes one out.
 */
export type NestedPlan = Readonly<{
  kind: 'add' | 'keep' | 'remove'
  path: string
  key?: Value
  input: Input
  relations: readonly RelationPlan[]
}>

/** The rows of one relation of a record, seen from its source. */
export type RelationPlan = Readonly<{
  end: RelationEnd
  path: string
  mode: WriteMode
  rows: readonly NestedPlan[]
}>

/** Changes or deletes every visible record that the filter holds for, `atMost` of them or none. */
export type MatchingPlan = Readonly<{
  kind: 'matching'
  action: 'update' | 'delete'
  entity: RegistryEntity
  filter: Filter
  atMost: number
  input: Input
}>
/** Changes the visible live record that the filter finds, or makes one. `key` names what the filter compares. */
export type UpsertPlan = Readonly<{
  kind: 'upsert'
  entity: RegistryEntity
  filter: Filter
  key: Input
  input: Input
  relations: readonly RelationPlan[]
}>
/** Records that are named one by one. */
export type RecordsPlan = Readonly<{ kind: 'records'; records: readonly RecordPlan[] }>

export type Plan = RecordsPlan | MatchingPlan | UpsertPlan
