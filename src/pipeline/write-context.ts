// Where a write happens, who asks for it, and what it is told to do on the side.
import type { Viewer } from '../auth/viewer.ts'
import type { Pool } from '../database/connect.ts'
import type { Field } from '../metadata/field.ts'
import type { Registry, RegistryEntity, RelationEnd } from '../metadata/registry.ts'
import type { Calls } from './calls.ts'
import type { Outside } from './outside.ts'
import type { Trace } from './trace.ts'

/** In whose name a record is written: the caller's, or the system's, whom policies and roles of transitions let pass. */
export type Actor = 'viewer' | `system:${string}`

/** What every write is told. */
export type WriteContext = Readonly<{
  pool: Pool
  registry: Registry
  viewer: Viewer
  requestId: string
  /** What the caller calls a field, and a relation from one of its ends; stands in paths and messages. */
  nameField(entity: RegistryEntity, field: Field): string
  nameEnd(end: RelationEnd): string
  /** Absent where nothing leads outside, as in tests of the pipeline by itself. */
  outside?: Outside
  /** What the request asked of webhooks so far; without it every write starts anew. */
  calls?: Calls
  /** In whose name the records of the plan are written; the caller's when absent. */
  actor?: Actor
  /** The outbox row that led to this write, where one did, and how many effects came before it in the chain; absent for a client's. */
  cause?: Readonly<{ id?: string; hops: number }>
  /** Called after the commit of a write that started workflows. */
  wakeWorkflows?(): void
  /** Collects what every stage did, when an administrator asks. */
  trace?: Trace
}>
