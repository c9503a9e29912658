// Rows as policies see them in memory: with the records behind relations to one in their place, as far as clauses look.
import type { Viewer } from '../../auth/viewer.ts'
import type { Row, Sql } from '../../database/connect.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import type { Hop, Policy } from '../../metadata/policy.ts'
import type { Registry } from '../../metadata/registry.ts'
import { holdsFor } from '../rights/policies.ts'
import { describeUser } from '../user.ts'
import { loadRelated } from './related.ts'

/** Where policies are asked of rows at hand; `readNow` is asked only when a clause speaks of the time. */
export type Hearing = Readonly<{
  sql: Sql
  registry: Registry
  viewer: Viewer
  readNow(): Promise<string>
  /** Whether what they look at is to stay so until the commit. */
  isHolding?: boolean
}>

/** What the clauses of the policies see of each row; one statement for each relation that they look through. */
export async function describeRows(
  hearing: Hearing,
  policies: readonly Policy[],
  rows: readonly Row[],
): Promise<readonly Environment[]> {
  const copies = rows.map((row): Row => ({ ...row }))
  for (const hop of listHops(policies)) await addHop(hearing, hop, copies)
  const speaksOfTime = policies.some(({ clauses }) =>
    clauses.some(({ text }) => /\b(now|today)\b/.test(text)),
  )
  const now = speaksOfTime ? await hearing.readNow() : ''
  const user = describeUser(hearing.viewer)
  return copies.map((record) => ({ record, user, now }))
}

/** Those of the policies that hold, for each row. */
export async function findHolding(
  hearing: Hearing,
  policies: readonly Policy[],
  rows: readonly Row[],
): Promise<readonly (readonly Policy[])[]> {
  const environments = await describeRows(hearing, policies, rows)
  return environments.map((environment) => policies.filter((policy) => holdsFor(policy, environment)))
}

/** Each relation once, those nearer to the record first. */
function listHops(policies: readonly Policy[]): readonly Hop[] {
  const hops = new Map(policies.flatMap((policy) => [...policy.hops]))
  return [...hops.values()].sort((one, other) => one.path.length - other.path.length)
}

async function addHop(hearing: Hearing, { path, end }: Hop, copies: readonly Row[]): Promise<void> {
  const { sql, registry, isHolding = false } = hearing
  const name = path.at(-1) ?? ''
  const owners = copies.map((copy) => follow(copy, path.slice(0, -1))).filter((owner) => owner !== undefined)
  const load = { name, end, filter: new Map(), isHeld: isHolding }
  const found = await loadRelated(sql, registry, load, owners)
  for (const owner of owners) {
    const [row] = found.get(String(owner[end.localColumn])) ?? []
    owner[name] = row ? { ...row } : null
  }
}

function follow(row: Row, path: readonly string[]): Row | undefined {
  let current: unknown = row
  for (const name of path)
    current = typeof current === 'object' && current !== null ? (current as Row)[name] : undefined
  return typeof current === 'object' && current !== null ? (current as Row) : undefined
}
