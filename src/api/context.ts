// What a resolver is given: the app, who asks, and the edition that the request keeps to its end.
import type { KeyObject } from 'node:crypto'
import type { Realm } from '../auth/realm.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Post } from '../effects/attempt.ts'
import type { Feed } from '../effects/feed.ts'
import type { Files } from '../files/files.ts'
import type { Reach } from '../outgoing/send.ts'
import type { Calls } from '../pipeline/calls.ts'
import type { Outside } from '../pipeline/outside.ts'
import type { Trace } from '../pipeline/trace.ts'
import type { Edition } from './edition.ts'
import type { Note } from './note.ts'

/** One app as the API sees it. */
export type App = Realm &
  Readonly<{
    name: string
    /** Signs cursors; 32 bytes derived from the server's secret and the app's name. */
    cursorKey: KeyObject
    /** The edition of this moment; a request reads it once. */
    readEdition(): Edition
    /** Resolves when this instance serves the revision or a newer one. */
    reload(revision: number): Promise<void>
    /** Tells subscriptions of what was written. */
    feed: Feed
    /** Tells that workflows may have something to do. */
    wakeWorkflows(): void
    files: Files
    /** Whether requests to the outside may reach private addresses; for development. */
    allowPrivateAddresses: boolean
    outgoing: Outgoing
    /** Says how many keys one statement for a relation field was about. */
    noteBatch?(size: number): void
  }>

/** How an app reaches the rest of the world. */
export type Outgoing = Post &
  Readonly<{
    reach: Reach
    outside: Outside
    /** Says that deliveries are due that were not before. */
    wakeSending(): void
  }>

/** The context of the data API and the admin API. */
export type Context = Readonly<{
  app: App
  viewer: Viewer
  /** Where the request comes from. */
  address: string
  requestId: string
  /** What is told of the request when it is over; absent where nobody watches. */
  note?: Note
  edition: Edition
  /** Who asks, read again: UNAUTHENTICATED once the token is worth nothing any more. */
  recheckViewer(): Promise<Viewer>
  /** What relation fields of this request share among their parents, by the nodes of the field. */
  levels: WeakMap<object, unknown>
  /** What the request asked of webhooks so far: kept when it is run once more on other definitions. */
  calls?: Calls
  /** The request as it was read from a form with files; absent for all others. */
  operations?: Readonly<Record<string, unknown>>
  /** What each writing root field did, in order; there only when an administrator asked for it. */
  traces?: FieldTrace[]
  /** Where the stages of the root field at hand say what they did; there only beside `traces`. */
  trace?: Trace
}>

/** What a root field did; `field` is its name in the reply. */
export type FieldTrace = Readonly<{ field: string; stages: Trace }>

/** The platform as its API sees it. */
export type Platform = Realm &
  Readonly<{
    /** Makes an app whole or not at all; tells the password of its first administrator. */
    createApp(app: NewApp): Promise<Readonly<{ email: string; password: string }>>
    deleteApp(given: Readonly<{ name: string; confirm: string }>): Promise<void>
  }>
/** An app that shall be, and the e-mail of its first administrator. Without a display name it shows its name. */
export type NewApp = Readonly<{ name: string; displayName: string | undefined; adminEmail: string }>
export type PlatformContext = Readonly<{
  platform: Platform
  viewer: Viewer
  address: string
  requestId: string
  note?: Note
}>
