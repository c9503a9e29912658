// Finds records that are to be held as policies see them; what policies look at behind relations is held with them until the commit.
import { isAdmin } from '../../auth/viewer.ts'
import { type Row, run, type Statement } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { PermissionAction } from '../../metadata/permission.ts'
import type { Hop } from '../../metadata/policy.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import { matchPolicies } from '../rights/policies.ts'
import { bind, column, sqlType, statement, type Values } from '../statement.ts'
import type { Actor } from '../write-context.ts'
import type { Act } from './act.ts'

/** Whose policies decide on records of an entity, and those for what. */
export type Sighted = Readonly<{ entity: RegistryEntity; actor: Actor; actions: readonly PermissionAction[] }>

/**
 * Runs a statement that holds the records it finds. Who waits for a record gets it as it has become, and yet sees what is
 * behind it as it was: so that is held too, before where `keys` tells of which records, and else we look a second time.
 * Rows must have the columns of `watchedColumns`.
 */
export async function runSighted(
  act: Act,
  sighted: Sighted,
  finding: Statement,
  keys: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const hops = findHops(act, sighted)
  if (hops.length === 0) return await run(act.sql, finding)
  const { entity } = sighted
  const held = await holdBehind(act, entity, hops, keys)
  const rows = await run(act.sql, finding)
  if (rows.every((row) => hops.every((hop) => isHeld(hop, row, held)))) return rows
  const found = rows.map((row) => row[entity.key.field])
  await holdBehind(act, entity, hops, found)
  const names = new Set(found.map(String))
  const again = await run(act.sql, finding)
  return again.filter((row) => names.has(String(row[entity.key.field])))
}

/** The key, and the columns that lead to what policies look at. */
export function watchedColumns(act: Act, sighted: Sighted): Map<string, string> {
  const leading = findHops(act, sighted).filter(isFirst)
  const names = [sighted.entity.key.field, ...leading.map(({ end }) => end.localColumn)]
  return new Map(names.map((name) => [name, name]))
}

/** Each relation once, nearer ones first; nobody asks for the policies of administrators and the system. */
function findHops({ context: { viewer } }: Act, { entity, actor, actions }: Sighted): readonly Hop[] {
  if (actor !== 'viewer' || isAdmin(viewer)) return []
  const policies = actions.flatMap((action) => matchPolicies(viewer, entity, action))
  const hops = new Map(policies.flatMap((policy) => [...policy.hops]))
  return [...hops.values()].sort((one, other) => one.path.length - other.path.length)
}

function isFirst({ path }: Hop): boolean {
  return path.length === 1
}

function isHeld(hop: Hop, row: Row, held: ReadonlySet<string>): boolean {
  const value = row[hop.end.localColumn]
  return !isFirst(hop) || value == null || held.has(nameHeld(hop, value))
}

function nameHeld({ path }: Hop, value: unknown): string {
  return `${path.join('.')} ${String(value)}`
}

/** Holds what is behind the records with these keys, as it is; tells of the nearest what is held. */
async function holdBehind(
  act: Act,
  entity: RegistryEntity,
  hops: readonly Hop[],
  keys: readonly unknown[],
): Promise<ReadonlySet<string>> {
  const held = new Set<string>()
  if (keys.length === 0) return held
  for (const hop of hops) {
    const values: Values = []
    const type = `${sqlType(entity.keyField.type)}[]`
    const own = `c0.${quoteName(entity.key.field)} = any(${bind(values, keys, type)})`
    const key = column('t', hop.end.remoteColumn)
    const inner = writeInner(entity, hops, hop, own)
    const text = `select ${key} as key from ${quoteName(hop.table)} t where ${key} in (${inner}) order by 1 for share of t`
    for (const row of await run(act.sql, statement(text, values))) held.add(nameHeld(hop, row.key))
  }
  return held
}

/** The values by which the records before a relation lead over it. */
function writeInner(entity: RegistryEntity, hops: readonly Hop[], { path, end }: Hop, own: string): string {
  const alias = `c${path.length - 1}`
  const leading = column(alias, end.localColumn)
  const before = hops.find((each) => each.path.join('.') === path.slice(0, -1).join('.'))
  if (before === undefined) return `select ${leading} from ${quoteName(entity.table)} ${alias} where ${own}`
  const isBehind = `${column(alias, before.end.remoteColumn)} in (${writeInner(entity, hops, before, own)})`
  return `select ${leading} from ${quoteName(before.table)} ${alias} where ${isBehind}`
}
