// How one app is: what its definitions and its tables disagree about, what does not read, and what is open to everybody.
import { checkNames, type FixedNames } from '../../api/generated/names.ts'
import { connect, type Pool, run } from '../../database/connect.ts'
import { checkDatabase } from '../../database/databases.ts'
import { nameProblem } from '../../metadata/definition-kinds.ts'
import { loadRegistry } from '../../metadata/store.ts'
import { findDrift } from '../../metadata/tables/drift.ts'
import { listAnonymousRights, tellRight } from '../../pipeline/rights/anonymous-rights.ts'
import { type Finding, findingsOf } from './finding.ts'
import { checkMigrations } from './platform.ts'

/** `prepare` is false behind a pooler. */
export type AppPlace = Readonly<{ name: string; url: string; prepare: boolean }>

/** Looks into the database of an app and changes nothing there. */
export async function checkApp(
  { name, url, prepare }: AppPlace,
  fixedNames: FixedNames,
): Promise<readonly Finding[]> {
  const place = `app ${name}`
  const pool = connect(url, { max: 1, prepare })
  try {
    await checkDatabase(url)
    const outdated = await checkMigrations(pool, 'app', place)
    return outdated.length > 0 ? outdated : await checkDefinitions(pool, place, fixedNames)
  } catch (error) {
    return findingsOf(place, 'problem', [error instanceof Error ? error.message : String(error)])
  } finally {
    await pool.end({ timeout: 1 })
  }
}

async function checkDefinitions(
  pool: Pool,
  place: string,
  fixedNames: FixedNames,
): Promise<readonly Finding[]> {
  const registry = await loadRegistry(pool, (candidate) => checkNames(candidate, fixedNames))
  const broken = registry.quarantined.map(
    ({ kind, name, messages }) =>
      `${nameProblem({ kind, name, path: '' })} is stored and does not fit: ${messages.join('; ')}`,
  )
  const drift = (await findDrift(pool, registry)).map(
    ({ table, message }) => `${table} is not as it is defined; it ${message}`,
  )
  const open = listAnonymousRights(registry).map((right) => `everybody may ${tellRight(right)}`)
  const notes = [`${registry.entities.size} entities at revision ${registry.revision}`]
  return [
    ...findingsOf(place, 'problem', [...broken, ...drift]),
    ...findingsOf(place, 'warning', [...open, ...(await findUnsent(pool))]),
    ...findingsOf(place, 'note', notes),
  ]
}

/** Deliveries that were given up wait for somebody to send them again. */
async function findUnsent(pool: Pool): Promise<readonly string[]> {
  const text = `select count(*)::int as count from _deliveries where state = 'dead'`
  const [row] = await run<{ count: number }>(pool, { text, values: [] })
  const count = row?.count ?? 0
  return count === 0 ? [] : [`${count} ${count === 1 ? 'delivery was' : 'deliveries were'} given up`]
}
