// What a resolver is given: the app, who asks, and the edition that the request keeps to its end.
import type { TokenKey } from '../auth/tokens.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Pool } from '../database/connect.ts'
import type { Edition } from './edition.ts'

/** One app as the API sees it. */
export type App = Readonly<{
  name: string
  pool: Pool
  tokenKey: TokenKey
  /** Signs cursors; 32 bytes derived from the server's secret and the app's name. */
  cursorKey: Buffer
  /** The edition of this moment; a request reads it once. */
  readEdition(): Edition
  /** Resolves when this instance serves the revision or a newer one. */
  reload(revision: number): Promise<void>
}>

/** The context of the data API and the admin API. */
export type Context = Readonly<{
  app: App
  viewer: Viewer
  requestId: string
  edition: Edition
  /** What relation fields of this request share among their parents, by the nodes of the field. */
  levels: WeakMap<object, unknown>
}>

/** The platform as its API sees it. */
export type Platform = Readonly<{ pool: Pool; tokenKey: TokenKey }>
export type PlatformContext = Readonly<{ platform: Platform; viewer: Viewer; requestId: string }>
