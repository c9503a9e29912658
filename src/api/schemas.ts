// The data schemas of one registry: one for each set of roles that sees something else, built when it is first asked for.
import type { GraphQLSchema } from 'graphql'
import { isAdminRole, readerRole } from '../auth/viewer.ts'
import type { Limits } from '../config/limits.ts'
import type { Registry } from '../metadata/registry.ts'
import { listKnownRoles } from '../pipeline/rights/known-roles.ts'
import { nameRoles } from '../pipeline/rights/sight.ts'
import type { FindSchema } from './edition.ts'
import { buildDataSchema } from './generated/build.ts'
import { findViews, nameViews, type Views } from './generated/view.ts'

/** Roles that asked for a schema; `at` is when, on the clock of `performance`. */
export type Asked = Readonly<{ roles: readonly string[]; at: number }>

export type Schemas = Readonly<{
  find: FindSchema
  /** Those who asked within the last milliseconds, the latest first. */
  listRecent(milliseconds: number): readonly Asked[]
  /** Builds the schema of somebody who asked for an older one, before it is asked for. */
  prepare(asked: Asked): Promise<void>
}>

/** Schemas of roles other than administrators that are kept, and the types that they may have in all: one takes some 3 KB. */
const mostSchemas = 32
const mostTypes = 100_000
/** Role sets whose schema is remembered; several may share one. */
const mostRoleSets = 1_000

/** What is kept is told by when it was asked for last: to move it in its map each time would make that anew all the time. */
type Kept = { at: number }
/** A set of roles that asked. `name` tells which schema is theirs. */
type Asker = Kept & Readonly<{ roles: readonly string[]; views: Views; name: string }>
type Built = Kept & { readonly schema: Promise<GraphQLSchema>; done?: GraphQLSchema }

/** Builds the schema of administrators, and makes the place for the others. */
export async function createSchemas(
  registry: Registry,
  fixed: GraphQLSchema,
  limits: Limits,
): Promise<Schemas> {
  const shared = { limits, texts: new Map<string, string>() }
  const full = await buildDataSchema(registry, fixed, shared)
  const known = new Set([...listKnownRoles(registry), readerRole])
  const askers = new Map<string, Asker>()
  const built = new Map<string, Built>()

  const ask = ({ roles, at }: Asked): Asker => {
    const effective = roles.filter((role) => known.has(role))
    const key = nameRoles(effective)
    const early = askers.get(key)
    if (early) return Object.assign(early, { at })
    const asker = startAsker(registry, { roles: effective, at })
    askers.set(key, asker)
    if (askers.size > mostRoleSets) askers.delete(listNewest(askers).at(-1)?.[0] ?? key)
    return asker
  }
  const build = ({ name, views, at }: Asker): Built => {
    const entry: Built = { at, schema: buildDataSchema(registry, fixed, { ...shared, views }) }
    built.set(name, entry)
    entry.schema.then((schema) => {
      entry.done = schema
      makeRoom(built)
    }, ignore)
    return entry
  }
  const seek = (asked: Asked): GraphQLSchema | Promise<GraphQLSchema> => {
    const asker = ask(asked)
    const { name } = asker
    const entry = built.get(name) ?? build(asker)
    entry.at = asker.at
    return entry.done ?? entry.schema.catch((error: unknown) => forget(built, name, error))
  }
  return {
    find: (roles) => (roles.some(isAdminRole) ? full : seek({ roles, at: performance.now() })),
    listRecent(milliseconds) {
      const since = performance.now() - milliseconds
      return listNewest(askers).flatMap(([, asker]) => (asker.at >= since ? [asker] : []))
    },
    prepare: async (asked) => void (await seek(asked)),
  }
}

function startAsker(registry: Registry, { roles, at }: Asked): Asker {
  const views = findViews(registry, roles)
  return { roles, at, views, name: nameViews(views) }
}

/** The entries of a map, those asked for last first. */
function listNewest<T extends Kept>(entries: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...entries].sort(([, one], [, other]) => other.at - one.at)
}

/** The schemas asked for longest ago make room; the newest stays whatever its size. */
function makeRoom(built: Map<string, Built>): void {
  let types = 0
  for (const [count, [name, { done }]] of listNewest(built).entries()) {
    types += done ? Object.keys(done.getTypeMap()).length : 0
    if (count > 0 && (count >= mostSchemas || types > mostTypes)) built.delete(name)
  }
}

/** A build that failed is tried again by the next who asks. */
function forget(built: Map<string, Built>, name: string, error: unknown): never {
  built.delete(name)
  throw error
}

/** Those who wait for the promise hear of the error. */
function ignore(): void {}
