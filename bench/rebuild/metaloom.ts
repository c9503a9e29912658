// Metaloom's own way from stored definitions to a schema, without the database; the only file here that knows its functions.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Builder } from './builder.ts'
import { defineApp, type EntityDefinition, nextKey } from './definitions.ts'

type ReadDefinition = (value: unknown, path: string, problems: unknown[]) => unknown
type Definitions = Readonly<{ entities: readonly unknown[]; relations: readonly unknown[] }>
/** What is used of the server, by the file that exports it; its own types stay out, because they change Pothos's. */
type Server = Readonly<{
  'metadata/entity.js': { readEntity: ReadDefinition }
  'metadata/relation.js': { readRelation: ReadDefinition }
  'metadata/sides.js': { nameSides(read: Definitions): Definitions }
  'metadata/check.js': { checkDefinitions(definitions: Definitions): readonly unknown[] }
  'metadata/register.js': { buildRegistry(revision: number, definitions: Definitions): unknown }
  'api/fixed/accounts.js': { buildAccountsSchema(): unknown }
  'api/generated/build.js': { buildDataSchema(registry: unknown, fixed: unknown): Promise<unknown> }
}>

/** Imports the server's functions from the folder it was compiled to; builds with them what an app serves after a change. */
export async function createMetaloomBuilder(dist: string): Promise<Builder> {
  const load = async <File extends keyof Server>(file: File): Promise<Server[File]> =>
    (await import(pathToFileURL(join(dist, file)).href)) as Server[File]
  const { readEntity } = await load('metadata/entity.js')
  const { readRelation } = await load('metadata/relation.js')
  const { nameSides } = await load('metadata/sides.js')
  const { checkDefinitions } = await load('metadata/check.js')
  const { buildRegistry } = await load('metadata/register.js')
  const { buildDataSchema } = await load('api/generated/build.js')
  const fixed = (await load('api/fixed/accounts.js')).buildAccountsSchema()
  const build = async (entities: number): Promise<void> => {
    const problems: unknown[] = []
    const app = defineApp(entities)
    const definitions = nameSides({
      entities: app.map((entity) => readEntity(writeEntity(entity), '', problems)),
      relations: app.map((entity) => readRelation(writeRelation(entity), '', problems)),
    })
    const found = [...problems, ...checkDefinitions(definitions)]
    if (found.length > 0) throw new Error(`The definitions are wrong: ${JSON.stringify(found.slice(0, 3))}`)
    await buildDataSchema(buildRegistry(1, definitions), fixed)
  }
  return { name: 'Metaloom', build }
}

function writeEntity({ name, fields }: EntityDefinition): unknown {
  return {
    name,
    fields: fields.map((field) => ({ ...field, ...(field.type === 'decimal' ? { precision: 2 } : {}) })),
  }
}

/** Seen from the other end it is the to-one relation `next`. */
function writeRelation({ name, previous }: EntityDefinition): unknown {
  return {
    name: 'previous',
    type: 'one_to_many',
    source: name,
    target: previous,
    target_key: nextKey,
    inverse: 'next',
    on_delete: 'set_null',
    ownership: 'none',
  }
}
