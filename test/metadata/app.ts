// An app without a server: a database of its own, and definitions as documents spell them.
import { randomUUID } from 'node:crypto'
import type { Pool } from '../../src/database/connect.ts'
import { connect } from '../../src/database/connect.ts'
import { AppError, type Problem } from '../../src/errors.ts'
import { type Entity, readEntity } from '../../src/metadata/entity.ts'
import { type Permission, readPermission } from '../../src/metadata/permission.ts'
import type { Definitions, Registry } from '../../src/metadata/registry.ts'
import { type Relation, readRelation } from '../../src/metadata/relation.ts'
import { type Rule, readRule } from '../../src/metadata/rule.ts'
import { keepSides } from '../../src/metadata/sides.ts'
import { readStateMachine, type StateMachine } from '../../src/metadata/state-machine.ts'
import {
  type Edit,
  loadRegistry,
  type Saved,
  type SaveOptions,
  saveMetadata,
} from '../../src/metadata/store.ts'
import type { Drops } from '../../src/metadata/tables/plan.ts'
import { createDatabase } from '../support/database.ts'

export type Written = Readonly<Record<string, unknown>>
export type Model = Readonly<{
  entities?: readonly Written[]
  relations?: readonly Written[]
  rules?: readonly Written[]
  machines?: readonly Written[]
  drops?: Drops
}>
export type App = Readonly<{
  url: string
  pool: Pool
  /** Makes the definitions what the model says, all of them. */
  save(model: Model, options?: Partial<SaveOptions>): Promise<Saved>
  load(): Promise<Registry>
  stop(): Promise<void>
}>

export async function startApp(): Promise<App> {
  const { url, drop } = await createDatabase()
  const pool = connect(url, { max: 6 })
  return {
    url,
    pool,
    save: (model, options) => saveMetadata(pool, editTo(model), { verify: () => [], ...options }),
    load: () => loadRegistry(pool, () => []),
    async stop() {
      await pool.end()
      await drop()
    },
  }
}

/** The edit after which the app has exactly these definitions. */
export function editTo(model: Model): (current: Definitions) => Edit {
  const { entities = [], relations = [], rules = [], machines = [], drops = {} } = model
  return (current) => ({
    definitions: {
      entities: entities.map(readGoodEntity),
      relations: relations
        .map(readGoodRelation)
        .map((relation) => keepSides(findOld(current, relation), relation)),
      rules: rules
        .map(readGoodRule)
        .map((rule, index) => ({ ...rule, id: current.rules[index]?.id ?? randomUUID() })),
      machines: machines.map(readGoodMachine),
      workflows: [],
      permissions: [],
      webhooks: [],
    },
    drops,
  })
}

function findOld(current: Definitions, relation: Relation) {
  return current.relations.find(({ source, name }) => source === relation.source && name === relation.name)
}

export function readGoodEntity(written: unknown): Entity {
  const problems: Problem[] = []
  const entity = readEntity(written, '', problems)
  if (entity && problems.length === 0) return entity
  throw new Error(`The test has a bad entity: ${JSON.stringify(problems)}`)
}

export function readGoodRelation(written: unknown): Relation {
  const problems: Problem[] = []
  const relation = readRelation(written, '', problems)
  if (relation && problems.length === 0) return relation
  throw new Error(`The test has a bad relation: ${JSON.stringify(problems)}`)
}

export function readGoodRule(written: unknown): Rule {
  const problems: Problem[] = []
  const rule = readRule(written, '', problems)
  if (rule && problems.length === 0) return rule
  throw new Error(`The test has a bad rule: ${JSON.stringify(problems)}`)
}

export function readGoodMachine(written: unknown): StateMachine {
  const problems: Problem[] = []
  const machine = readStateMachine(written, '', problems)
  if (machine && problems.length === 0) return machine
  throw new Error(`The test has a bad state machine: ${JSON.stringify(problems)}`)
}

export function readGoodPermission(written: unknown): Permission {
  const problems: Problem[] = []
  const permission = readPermission(written, '', problems)
  if (permission && problems.length === 0) return permission
  throw new Error(`The test has a bad permission: ${JSON.stringify(problems)}`)
}

/** What became of a save: `saved`, or its code and every problem with its path. */
export async function outcomeOf(saving: Promise<unknown>): Promise<readonly string[]> {
  try {
    await saving
    return ['saved']
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const problems = error.details?.map(({ path, message }) => `${path}: ${message}`) ?? [error.message]
    return [error.code, ...problems]
  }
}
