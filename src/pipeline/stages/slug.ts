// Makes slugs of texts, and gives each record of a batch one that no live record has: base, base-2, base-3 and so on.
import { createHash } from 'node:crypto'
import slugify from '@sindresorhus/slugify'
import { type Row, run, type Sql } from '../../database/connect.ts'
import { quoteName } from '../../database/identifiers.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { Value } from '../../metadata/value.ts'
import { isLive } from '../rights/visible.ts'
import { allOf, bind, column, statement, type Values } from '../statement.ts'

/** Letters of the text that are looked at, and the most that a slug has before its number. */
const mostText = 200
const mostSlug = 80

/** A record that wants a slug; one that has a key keeps the slug it has, if that was made of the same base. */
export type Wanted = Readonly<{ base: string; key?: Value }>

/** A text as lower-case ASCII words joined by dashes; empty where no letter or digit of it can be told in ASCII. */
export function makeSlug(text: string): string {
  return cutSlug(slugify(text.slice(0, mostText).normalize('NFKC'), { decamelize: false }))
}

/** Cuts behind a word, unless the first word is too long already. */
function cutSlug(slug: string): string {
  if (slug.length <= mostSlug) return slug
  const dash = slug.lastIndexOf('-', mostSlug)
  return slug.slice(0, dash > 0 ? dash : mostSlug)
}

/**
 * A slug for each of the wanted, in their order. To be called in the transaction that writes them: until it ends,
 * nobody else can choose among the same slugs.
 */
export async function chooseSlugs(
  sql: Sql,
  entity: RegistryEntity,
  wanted: readonly Wanted[],
): Promise<readonly string[]> {
  const bases = [...new Set(wanted.map(({ base }) => base))]
  if (entity.slug === undefined || bases.length === 0) return []
  await lockFamilies(sql, entity.table, bases)
  return choose(wanted, await findTaken(sql, entity, entity.slug.field, bases))
}

/** Waits for those who choose among the same slugs; sorted, so that two batches never wait for each other in a circle. */
async function lockFamilies(sql: Sql, table: string, bases: readonly string[]): Promise<void> {
  const locks = new Set(bases.map((base) => hashFamily(table, base)))
  const sorted = [...locks].sort((a, b) => (a < b ? -1 : 1)).map(String)
  const text = 'select pg_advisory_xact_lock(u.family) from unnest($1::bigint[]) as u(family)'
  await run(sql, { text, values: [sorted] })
}

/** `news-2` may be a base, or the second of `news`: both belong to one family. */
function hashFamily(table: string, base: string): bigint {
  const words = base.split('-')
  while (words.length > 1 && /^\d+$/.test(words.at(-1) ?? '')) words.pop()
  return createHash('sha256')
    .update(JSON.stringify(['slug', table, words.join('-')]))
    .digest()
    .readBigInt64BE()
}

/** The slugs of live records that are a base, or go on with a dash and a digit, and whose they are. */
async function findTaken(
  sql: Sql,
  entity: RegistryEntity,
  field: string,
  bases: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const values: Values = []
  const slug = column('t', field)
  const isTaken = `(${slug} = u.base or (${slug} >= u.base || '-0' and ${slug} < u.base || '-:'))`
  const source = `unnest(${bind(values, bases, 'text[]')}) as u(base) join ${quoteName(entity.table)} t on ${isTaken}`
  const text = `select ${slug} as slug, ${column('t', entity.key.field)} as key from ${source} where ${allOf([isLive(entity, 't')])}`
  const rows = await run<Row & { slug: string; key: unknown }>(sql, statement(text, values))
  return new Map(rows.map((row) => [row.slug, row.key]))
}

function choose(wanted: readonly Wanted[], taken: ReadonlyMap<string, unknown>): readonly string[] {
  const owned = new Map([...taken].map(([slug, key]) => [String(key), slug]))
  const chosen = new Set(taken.keys())
  const numbers = new Map<string, number>()
  return wanted.map(({ base, key }) => {
    const own = key === undefined ? undefined : owned.get(String(key))
    if (own !== undefined && isMadeOf(base, own)) return own
    let number = numbers.get(base) ?? 1
    while (chosen.has(numberSlug(base, number))) number++
    numbers.set(base, number)
    const slug = numberSlug(base, number)
    chosen.add(slug)
    return slug
  })
}

function numberSlug(base: string, number: number): string {
  return number === 1 ? base : `${base}-${number}`
}

function isMadeOf(base: string, slug: string): boolean {
  return slug === base || (slug.startsWith(`${base}-`) && /^\d+$/.test(slug.slice(base.length + 1)))
}
