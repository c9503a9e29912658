// An app of invoices without a server: its definitions as a document, and the pipeline to write to it.
import type { Viewer } from '../../src/auth/viewer.ts'
import { connect, type Pool, run } from '../../src/database/connect.ts'
import { AppError } from '../../src/errors.ts'
import { readDocument } from '../../src/metadata/document.ts'
import { planImport } from '../../src/metadata/import.ts'
import { entityOf, type Registry, type RegistryEntity } from '../../src/metadata/registry.ts'
import { loadRegistry, saveMetadata } from '../../src/metadata/store.ts'
import type { Value } from '../../src/metadata/value.ts'
import type { NestedPlan, Plan, RecordPlan, RelationPlan } from '../../src/pipeline/plan.ts'
import { type Written, write } from '../../src/pipeline/write.ts'
import type { WriteContext } from '../../src/pipeline/write-context.ts'
import { createDatabase } from '../support/database.ts'

/** What is told of one row of a relation: its fields, its own relations, and `id`, `create`, `remove` beside them. */
export type Given = Readonly<Record<string, unknown>>

export type PipelineApp = Readonly<{
  url: string
  pool: Pool
  registry: Registry
  context(change?: Partial<WriteContext>): WriteContext
  send(plan: Plan, change?: Partial<WriteContext>): Promise<Written>
  create(entity: string, given: Given): Promise<Record<string, unknown>>
  update(entity: string, key: unknown, given: Given): Promise<Record<string, unknown>>
  remove(entity: string, key: unknown): Promise<Record<string, unknown>>
  restore(entity: string, key: unknown): Promise<Record<string, unknown>>
  rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}>

export const administrator: Viewer = {
  id: 'a0000000-0000-4000-8000-000000000001',
  roles: ['admin'],
  attributes: {},
}

/** An app with the definitions of a document. */
export async function startPipeline(document: unknown): Promise<PipelineApp> {
  const { url, drop } = await createDatabase()
  const pool = connect(url, { max: 12 })
  await saveMetadata(pool, planImport(readDocument(document), true).edit, { verify: () => [] })
  const registry = await loadRegistry(pool, () => [])
  const context = (change: Partial<WriteContext> = {}): WriteContext => ({
    pool,
    registry,
    viewer: administrator,
    requestId: 'test',
    nameField: (_, field) => field.name,
    nameEnd: (end) => end.name,
    ...change,
  })
  const send = (plan: Plan, change?: Partial<WriteContext>) => write(context(change), plan)
  const sendOne = async (record: RecordPlan) => {
    const { rows } = await send({ kind: 'records', records: [record] })
    return rows[0] ?? {}
  }
  const find = (name: string) => entityOf(registry, name)
  return {
    url,
    pool,
    registry,
    context,
    send,
    create: (name, given) =>
      sendOne(planRecord(registry, { action: 'create', entity: find(name), path: '' }, given)),
    update: (name, key, given) =>
      sendOne(
        planRecord(registry, { action: 'update', entity: find(name), path: '', key: key as Value }, given),
      ),
    remove: (name, key) => sendOne({ action: 'delete', entity: find(name), path: '', key: key as Value }),
    restore: (name, key) => sendOne({ action: 'restore', entity: find(name), path: '', key: key as Value }),
    rows: (text, ...values) => run(pool, { text, values }),
    async stop() {
      await pool.end()
      await drop()
    },
  }
}

type Start =
  | Readonly<{ action: 'create'; entity: RegistryEntity; path: string }>
  | Readonly<{ action: 'update'; entity: RegistryEntity; path: string; key: Value }>

/** Plans a record as a caller would write it: relations are lists of rows, or `{ mode, data }`. */
export function planRecord(registry: Registry, start: Start, given: Given): RecordPlan {
  return { ...start, ...split(registry, start.entity, given, '') }
}

function split(registry: Registry, entity: RegistryEntity, given: Given, path: string) {
  const ends = entity.ends.filter((end) => end.side === 'source' && end.name in given)
  const names = new Set(ends.map((end) => end.name))
  const input = Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)))
  const relations = ends.map((end): RelationPlan => {
    const asked = given[end.name] as
      | readonly Given[]
      | Readonly<{ mode: RelationPlan['mode']; data: readonly Given[] }>
    const { mode, data } = 'mode' in asked ? asked : { mode: end.relation.writeMode, data: asked }
    const at = path === '' ? end.name : `${path}.${end.name}`
    return {
      end,
      path: at,
      mode,
      rows: data.map((row, index) =>
        planNested(registry, entityOf(registry, end.other), row, `${at}.data[${index}]`),
      ),
    }
  })
  return { input, relations }
}

function planNested(registry: Registry, entity: RegistryEntity, row: Given, path: string): NestedPlan {
  const { id, create, remove, ...given } = row
  const kind = remove ? 'remove' : id === undefined || create ? 'add' : 'keep'
  const rest = split(registry, entity, given, path)
  return { kind, path, ...rest, ...(id === undefined ? {} : { key: id as Value }) }
}

/** Code, message and paths of what was refused. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing was refused'
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `${error.code}: ${error.message}`
  }
}
