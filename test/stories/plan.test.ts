// A plan says beforehand what an import would do: to tables, to the API, to what leans on both; and the import keeps to it.
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, errorOf, type Server, startTestServer } from '../support/server.ts'

let server: Server
let sql: postgres.Sql
beforeAll(async () => {
  server = await startTestServer()
  sql = postgres(server.appUrl, { max: 2, onnotice: () => {} })
  dataOf(await importText(before))
  await sql`insert into plants (label) select 'plant ' || n from generate_series(1, 120) n`
  await sql`analyze plants`
})
afterAll(async () => {
  await sql?.end()
  await server?.stop()
})

const before = `version: 1
entities:
  - { name: plant, fields: [{ name: label, type: string, required: true }, { name: height, type: int }, { name: kind, type: string, enum: [tree, herb] }] }
  - { name: bed }
rules: [{ entity: plant, type: expression, definition: { expression: record.height < 0, message: Too small } }]
permissions: [{ entity: plant, action: read, roles: [clerk], expression: record.height > 1 }]
`
const after = `version: 1
entities:
  - { name: plant, fields: [{ name: label, type: string, required: true, indexed: true }, { name: height, type: bigint }, { name: kind, type: string, enum: [tree, herb, moss] }, { name: bed_id, type: uuid }] }
  - { name: bed }
  - { name: pond }
relations: [{ name: plants, type: one_to_many, source: bed, target: plant, target_key: bed_id, on_delete: set_null }]
rules: [{ entity: plant, type: expression, definition: { expression: record.height < 0, message: Too small } }]
permissions: [{ entity: plant, action: read, roles: [clerk], expression: record.height > 1 }]
`

const importText = (document: string, planHash?: string, more = {}) =>
  server.send(
    'admin',
    `mutation($document: String!, $planHash: String, $dryRun: Boolean = false) {
      importMetadata(document: $document, planHash: $planHash, dryRun: $dryRun) { revision steps } }`,
    { document, planHash, ...more },
  )
const planning = `query($document: String!, $prune: Boolean = false) { planMetadata(document: $document, prune: $prune) {
  revision hash problems { path message } warnings { path message } changes { kind name paths }
  steps { sql tables lock rows } schemaChanges(first: 1000) { criticality path message } schemaChangeCount } }`
const plan = async (document: string, prune = false) =>
  dataOf(await server.send('admin', planning, { document, prune })).planMetadata

describe('a plan', () => {
  it('names the statements with their locks, and the rows that they go over', async () => {
    const { steps, problems, warnings, revision } = await plan(after)
    expect([problems, warnings, revision]).toEqual([[], [], 1])
    const told = steps.map((step: { sql: string; lock: string; tables: string[]; rows: number }) =>
      [step.sql.replace(/\s+/g, ' ').slice(0, 44), step.lock, step.tables.join(), step.rows].join(' | '),
    )
    expect(told).toEqual([
      expect.stringMatching(/^with rows as .* \| ACCESS EXCLUSIVE \| plants \| 120$/),
      expect.stringMatching(/^create table "ponds" .* \| {2}\| ponds \| 0$/),
      'alter table "plants" alter column "height" t | ACCESS EXCLUSIVE | plants | 120',
      expect.stringMatching(
        /^alter table "plants" add column "bed_id" .* \| ACCESS EXCLUSIVE \| plants \| 120$/,
      ),
      expect.stringMatching(/^create index "index__plants__label" .* \| SHARE \| plants \| 120$/),
      expect.stringMatching(/^create index "index__plants__bed_id" .* \| SHARE \| plants \| 120$/),
      expect.stringMatching(/ \| SHARE ROW EXCLUSIVE \| plants,beds \| 120$/),
    ])
  })

  it('names what becomes of the definitions and of the API, what breaks clients first', async () => {
    const { changes, schemaChanges, schemaChangeCount } = await plan(after)
    expect(changes).toEqual([
      {
        kind: 'ENTITY',
        name: 'plant',
        paths: ['fields.label.indexed', 'fields.height.type', 'fields.kind.enum', 'fields.bed_id'],
      },
      { kind: 'ENTITY', name: 'pond', paths: [] },
      { kind: 'RELATION', name: 'bed.plants', paths: [] },
    ])
    expect(schemaChanges).toHaveLength(schemaChangeCount)
    expect(schemaChanges).toContainEqual({
      criticality: 'BREAKING',
      path: 'Plant.height',
      message: "Field 'Plant.height' changed type from 'Int' to 'BigInt'",
    })
    expect(schemaChanges).toContainEqual({
      criticality: 'DANGEROUS',
      path: 'PlantKindEnum.MOSS',
      message: "Enum value 'MOSS' was added to enum 'PlantKindEnum'",
    })
    expect(schemaChanges).toContainEqual({
      criticality: 'SAFE',
      path: null,
      message: 'The entity pond comes, with all its types and fields',
    })
    expect(schemaChanges).toContainEqual({
      criticality: 'SAFE',
      path: 'Bed.plants',
      message: "Field 'plants' was added to object type 'Bed'",
    })
    const order = ['BREAKING', 'DANGEROUS', 'SAFE']
    const ranks = schemaChanges.map(({ criticality }: { criticality: string }) => order.indexOf(criticality))
    expect(ranks).toEqual(ranks.toSorted())
    const first = await server.send('admin', planning.replace('first: 1000', 'first: 1'), { document: after })
    expect(dataOf(first).planMetadata.schemaChanges).toHaveLength(1)
  })

  it('names an entity that goes as what breaks clients', async () => {
    const { schemaChanges } = await plan(before.replace('  - { name: bed }\n', ''), true)
    expect(schemaChanges).toEqual([
      { criticality: 'BREAKING', path: null, message: 'The entity bed goes, with all its types and fields' },
    ])
  })

  it('names the permissions and expressions that would break, and has no hash then', async () => {
    const { hash, problems, steps } = await plan(before.replace('{ name: height, type: int }, ', ''))
    expect([hash, steps]).toEqual([null, []])
    expect(problems.map(({ path }: { path: string }) => path)).toEqual([
      'rules[0].definition.expression',
      'permissions[0].expression',
    ])
  })

  it('waits for nobody who writes, and says so when it waits for one who changes the table', async () => {
    await sql.begin(async (transaction) => {
      await transaction`lock table plants in share row exclusive mode`
      expect((await plan(after)).steps).toHaveLength(7)
      await transaction`lock table plants in access exclusive mode`
      expect(errorOf(await server.send('admin', planning, { document: after }))).toBe(
        'CONFLICT: A table that the plan is about is being changed; nothing was changed, so try again later',
      )
    })
  })

  it('of what is there already does nothing', async () => {
    const { steps, changes, schemaChangeCount, hash } = await plan(before)
    expect([steps, changes, schemaChangeCount]).toEqual([[], [], 0])
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('tells what of an old document is read otherwise', async () => {
    const { warnings } = await plan('{ ui_configs: [{}], entities: [{ name: Bed }] }')
    expect(warnings.map(({ path }: { path: string }) => path)).toEqual(['ui_configs', 'entities[0].name'])
  })
})

describe('an import by a plan', () => {
  const conflict =
    /^CONFLICT: This is not what was planned: the document is another one, or the definitions have changed since \(they are at revision \d+\); plan again$/

  it('is refused when the document is another one', async () => {
    const { hash } = await plan(after)
    expect(errorOf(await importText(after.replace('moss', 'fern'), hash))).toMatch(conflict)
    expect(
      errorOf(
        await importText(
          `${after}sample_data: { pond: [{ id: a0000000-0000-4000-8000-000000000000 }] }`,
          hash,
        ),
      ),
    ).toMatch(conflict)
    expect(errorOf(await importText(after, 'x'))).toMatch(conflict)
  })

  it('does exactly what was planned, once', async () => {
    const { hash, steps } = await plan(after)
    const statements = steps
      .map((step: { sql: string }) => step.sql)
      .filter((text: string) => !text.startsWith('with rows'))
    expect(dataOf(await importText(after, hash, { dryRun: true })).importMetadata.steps).toEqual(statements)
    expect(dataOf(await importText(after, hash)).importMetadata).toEqual({ revision: 2, steps: statements })
    expect(errorOf(await importText(after, hash))).toMatch(conflict)
  })

  it('is refused when the definitions have changed meanwhile, and lets one of two win', async () => {
    const grown = after.replace('{ name: pond }', '{ name: pond, fields: [{ name: depth, type: int }] }')
    const { hash } = await plan(grown)
    const both = await Promise.all([importText(grown, hash), importText(grown, hash)])
    expect(both.map(errorOf).toSorted()).toEqual([expect.stringMatching(conflict), 'no error'])
  })
})
