// Where a write happens, who asks for it, and what it is told to do on the side.
import type { Viewer } from '../auth/viewer.ts'
import type { Pool } from '../database/connect.ts'
import type { Field } from '../metadata/field.ts'
import type { Registry, RegistryEntity, RelationEnd } from '../metadata/registry.ts'
import type { Calls } from './calls.ts'
import type { Outside } from './outside.ts'
import type { Trace } from './trace.ts'

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
  /** The outbox row that led to this write, and how many writes came before it in the chain; absent for a client's. */
  cause?: Readonly<{ id: string; hops: number }>
  /** Collects what every stage did, when an administrator asks. */
  trace?: Trace
}>
