// Gives what is under way the new names: events and deliveries that wait, and workflows that run by the definition they began with.
import { type Row, run, type Sql } from '../../database/connect.ts'
import type { Definitions } from '../registry.ts'
import { buildNames } from './apply.ts'
import { renameInDefinition } from './references.ts'
import type { Rename } from './rename.ts'

/** Renames in what waits; `definitions` are those before the rename. What happened stays told as it was then. */
export async function renameWaiting(sql: Sql, definitions: Definitions, rename: Rename): Promise<void> {
  if (rename.kind === 'entity') await renameOwners(sql, rename)
  if (rename.kind === 'field') await renameInTriggers(sql, rename)
  await renameInInstances(sql, definitions, rename)
}

/** Rows of these name the entity that they are about. */
const owned = ['_outbox', '_deliveries', '_workflow_instances', '_workflow_signals'] as const

async function renameOwners(sql: Sql, { from, to }: Rename): Promise<void> {
  for (const table of owned)
    await run(sql, { text: `update ${table} set entity = $2 where entity = $1`, values: [from, to] })
  await run(sql, {
    text: `update _workflow_instances set trigger = jsonb_set(trigger, '{entity}', to_jsonb($2::text))
      where trigger ->> 'entity' = $1 and state in ('running', 'failed')`,
    values: [from, to],
  })
}

/** The record as it was when the workflow began is read by the names of now. */
async function renameInTriggers(sql: Sql, { entity, from, to }: Rename & { kind: 'field' }): Promise<void> {
  for (const image of ['record', 'old'])
    await run(sql, {
      text: `update _workflow_instances
        set trigger = jsonb_set(trigger #- array['${image}', $2], array['${image}', $3], trigger -> '${image}' -> $2)
        where entity = $1 and state in ('running', 'failed') and trigger -> '${image}' ? $2::text`,
      values: [entity, from, to],
    })
}

type Kept = Row & Readonly<{ definition: unknown }>

/** Many instances run by few definitions. */
async function renameInInstances(sql: Sql, definitions: Definitions, rename: Rename): Promise<void> {
  const names = buildNames(definitions, rename)
  const kept = await run<Kept>(sql, {
    text: `select distinct definition from _workflow_instances where state in ('running', 'failed')`,
    values: [],
  })
  for (const { definition } of kept) {
    const renamed = JSON.stringify(renameInDefinition(definition, names))
    if (renamed === JSON.stringify(definition)) continue
    const text = `update _workflow_instances set definition = $2::text::jsonb
      where definition = $1::text::jsonb and state in ('running', 'failed')`
    await run(sql, { text, values: [JSON.stringify(definition), renamed] })
  }
}
