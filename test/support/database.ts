// Makes databases for tests: each a copy of a template that has the tables of an app, made once for all test files.

import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { inject } from 'vitest'
import { usualLimits } from '../../src/config/limits.ts'
import { connect, type Pool } from '../../src/database/connect.ts'
import { dropDatabase, ensureDatabase, withDatabase } from '../../src/database/databases.ts'
import { quoteName } from '../../src/database/identifiers.ts'
import { migrate } from '../../src/database/migrate.ts'

export type TestDatabase = Readonly<{ url: string; drop(): Promise<void> }>

const migrations = new URL('../../src/database/migrations/app/', import.meta.url)
let known: Promise<string> | undefined

/** A fresh database with the tables of an app and nothing in them. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = withDatabase(inject('databaseUrl'), 'postgres')
  known ??= ensureTemplate(server)
  const template = await known
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(server, async (pool) => {
    await inTurn(pool, () =>
      pool.unsafe(`create database ${quoteName(name)} template ${quoteName(template)} strategy file_copy`),
    )
  })
  const url = withDatabase(server, name)
  return { url, drop: () => dropDatabase(url) }
}

/** Its name tells which migrations it has, so that a server can be used for many runs. */
async function ensureTemplate(server: string): Promise<string> {
  const template = `template_${await hashMigrations()}`
  await administer(server, (pool) =>
    inTurn(pool, async () => {
      const found = await pool`select 1 from pg_database where datname = ${template}`
      if (found.length === 0) await makeTemplate(server, template, pool)
    }),
  )
  return template
}

async function hashMigrations(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(migrations)).sort())
    hash.update(await readFile(new URL(name, migrations)))
  return hash.digest('hex').slice(0, 16)
}

/** It gets its name when it is complete; one that was left half made does no harm. */
async function makeTemplate(server: string, template: string, pool: Pool): Promise<void> {
  const draft = `draft_${randomUUID().replaceAll('-', '')}`
  const url = withDatabase(server, draft)
  await ensureDatabase(url)
  await administer(url, (own) => migrate(own, 'app'))
  await pool.unsafe(`alter database ${quoteName(draft)} rename to ${quoteName(template)}`)
}

async function administer<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = connect(url, { max: 1, limits: { ...usualLimits, statementTimeout: 60_000 } })
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

/** One at a time: PostgreSQL copies no template that somebody else is copying or making. */
async function inTurn(pool: Pool, work: () => Promise<unknown>): Promise<void> {
  await pool.unsafe("set lock_timeout = '60s'; select pg_advisory_lock(hashtext('metaloom test databases'))")
  await work()
}
