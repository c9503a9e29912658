// What the files of one app consist of: rows in its database, a place for bytes, and limits.
import type { Pool } from '../database/connect.ts'
import type { Spool } from './spool.ts'
import type { Storage } from './storage.ts'

/** How large a file may be, how many come in one request, and of which types; without `accept` all types are taken. */
export type FileLimits = Readonly<{ maxSize: number; maxFiles: number; accept?: readonly string[] }>

/** The files of one app. */
export type Files = Readonly<{
  app: string
  pool: Pool
  storage: Storage
  spool: Spool
  limits: FileLimits
  /** Signs links; 32 bytes derived from the server's secret and the app's name. */
  linkKey: Buffer
  /** What addresses of files begin with; '' for those on the server that was asked. */
  publicUrl: string
}>
