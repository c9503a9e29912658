// What a write is to do, decided before anything is touched.
import type { Viewer } from '../auth/viewer.ts'
import type { Pool } from '../database/connect.ts'
import type { Registry, RegistryEntity } from '../metadata/registry.ts'
import type { Value } from '../metadata/value.ts'

/** Where a write happens and who asks for it. */
export type WriteContext = Readonly<{ pool: Pool; registry: Registry; viewer: Viewer }>

/** The client's values, by field name; a field that is not there is not touched. */
export type Input = Readonly<Record<string, unknown>>

type Create = Readonly<{ action: 'create'; entity: RegistryEntity; input: Input }>
type Update = Readonly<{
  action: 'update'
  entity: RegistryEntity
  key: Value
  input: Input
  ifVersion?: number
}>
type Delete = Readonly<{ action: 'delete'; entity: RegistryEntity; key: Value; ifVersion?: number }>

/** One write: what is done to which record. */
export type Plan = Create | Update | Delete
/** A write that sets values. */
export type SettingPlan = Create | Update
/** A write of a record that exists. */
export type TargetPlan = Update | Delete
