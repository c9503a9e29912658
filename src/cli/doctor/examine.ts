// The round of the doctor: settings first, then the platform, then app by app.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, readConfig } from '../../config.ts'
import { connect } from '../../database/connect.ts'
import { checkDatabase, withDatabase } from '../../database/databases.ts'
import { fail } from '../../errors.ts'
import { createLog } from '../../log.ts'
import { suggest } from '../../reader.ts'
import { type AppEntry, listApps } from '../../server/apps/places.ts'
import { openDatabase } from '../../server/database.ts'
import { buildFixedSchemas } from '../../server/fixed-schemas.ts'
import { withProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'
import { checkApp } from './app.ts'
import type { Finding } from './finding.ts'
import { checkEntries, checkMigrations, checkServer } from './platform.ts'
import { checkSettings } from './settings.ts'

/** All findings, or those of one app and of what it stands on. */
export async function examine(app: string | undefined, terminal: Terminal): Promise<readonly Finding[]> {
  const config = readConfig(terminal.environment, terminal.directory)
  return [...checkSettings(config), ...(await checkDatabases(config, app, terminal))]
}

async function checkDatabases(
  config: Config,
  wanted: string | undefined,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const isThere = config.databaseUrl !== undefined || existsSync(join(config.dataDir, 'postgres', 'password'))
  if (!isThere) throw fail('NOT_FOUND', `There is no data in ${config.dataDir} yet; metaloom start makes it`)
  const undo: (() => Promise<void>)[] = []
  try {
    const url = await openDatabase(config, createLog('warn'), undo)
    await checkDatabase(url)
    const pool = connect(url, { max: 1, prepare: config.prepare })
    undo.push(() => pool.end({ timeout: 1 }))
    const outdated = await checkMigrations(pool, 'platform', 'platform')
    if (outdated.length > 0) return outdated
    const entries = await listApps(pool)
    const { fixedNames } = buildFixedSchemas(config.limits)
    const findings = [...(await checkServer(pool, config)), ...checkEntries(entries)]
    for (const { name, database } of choose(entries, wanted)) {
      const place = { name, url: withDatabase(url, database), prepare: config.prepare }
      findings.push(
        ...(await withProgress(terminal, `looking at the app ${name}`, () => checkApp(place, fixedNames))),
      )
    }
    return findings
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
}

function choose(entries: readonly AppEntry[], wanted: string | undefined): readonly AppEntry[] {
  const ready = entries.filter(({ state }) => state === 'ready')
  if (wanted === undefined) return ready
  const names = ready.map(({ name }) => name)
  if (names.includes(wanted)) return ready.filter(({ name }) => name === wanted)
  throw fail('NOT_FOUND', `There is no app ${JSON.stringify(wanted)} here${suggest(wanted, names)}`)
}
