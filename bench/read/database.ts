// The database that all servers read: the embedded PostgreSQL, and the rows in it.
import { readFile } from 'node:fs/promises'
import postgres from 'postgres'
import { startEmbedded } from '../../src/database/embedded.ts'
import type { Cleanup } from '../cleanup.ts'
import type { Truth } from './verify.ts'

/** How many invoices, the first by id, are asked for and known. */
export const knownInvoices = 2_000

/** Starts PostgreSQL with its data in `dataDir`; returns the url of a database that need not exist yet. */
export async function startDatabase(dataDir: string, cleanup: Cleanup): Promise<string> {
  const { url, stop } = await startEmbedded({ dataDir, durable: false })
  cleanup.add(stop)
  return url
}

/** Makes a database with the tables, for a run without Metaloom; returns its url. */
export async function createTables(url: string): Promise<string> {
  const own = new URL(url)
  own.pathname = '/bench'
  await visit(withDatabase(url, 'postgres'), (sql) => sql.unsafe('create database bench'))
  await visit(own.href, async (sql) => sql.unsafe(await readSql('tables')))
  return own.href
}

/** The url of the database in which Metaloom, started on `url`, keeps the app demo. */
export async function findAppDatabase(url: string): Promise<string> {
  const rows = await visit(
    url,
    (sql) => sql<{ database: string }[]>`select database from _apps where name = 'demo'`,
  )
  return withDatabase(url, rows[0]?.database ?? 'demo')
}

/** Fills the tables and reads back what the servers have to answer. */
export async function fillTables(url: string): Promise<Truth> {
  return await visit(url, async (sql) => {
    await sql.unsafe(await readSql('rows'))
    const invoices = await sql.unsafe<Truth['invoices'][number][]>(await readSql('truth'), [knownInvoices])
    const items = await sql<Truth['items'][number][]>`
      select id, description, quantity, unit_price::text as "unitPrice" from invoice_items order by id`
    return { invoices, items }
  })
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** Works over a connection of its own, which is closed then. */
export async function visit<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

async function readSql(name: string): Promise<string> {
  return await readFile(new URL(`./${name}.sql`, import.meta.url), 'utf8')
}
