// Instances of workflows that have not ended keep their definitions: a rename goes through those too, so that they go on.
import { type Row, run, type Sql } from '../../database/connect.ts'
import { isObject } from '../../reader.ts'
import type { Definitions } from '../registry.ts'
import { buildNames } from './apply.ts'
import { renameInDefinition } from './references.ts'
import type { Rename } from './rename.ts'

type Instance = Row & Readonly<{ id: string; entity: string | null; definition: unknown; trigger: Row }>

/** Gives what is renamed its new name in live instances; `before` are the definitions under the old one. */
export async function renameInInstances(sql: Sql, before: Definitions, rename: Rename): Promise<void> {
  const live =
    "select id, entity, definition, trigger from _workflow_instances where state in ('running', 'failed') order by id for update"
  const names = buildNames(before, rename)
  const instances = await run<Instance>(sql, { text: live, values: [] })
  const renamed = instances.map((instance) => ({
    id: instance.id,
    entity: renameEntity(instance.entity, rename),
    definition: JSON.stringify(renameInDefinition(instance.definition, names)),
    trigger: JSON.stringify(renameTrigger(instance.trigger, rename)),
  }))
  if (renamed.length === 0) return
  const text =
    'update _workflow_instances i set entity = r.entity, definition = r.definition::jsonb, trigger = r.trigger::jsonb from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as r(id, entity, definition, trigger) where i.id = r.id'
  const columns = (['id', 'entity', 'definition', 'trigger'] as const).map((key) =>
    renamed.map((each) => each[key]),
  )
  await run(sql, { text, values: columns })
}

function renameEntity(entity: string | null, rename: Rename): string | null {
  return rename.kind === 'entity' && entity === rename.from ? rename.to : entity
}

/** What started the instance, with its record as it was then. */
function renameTrigger(trigger: Row, rename: Rename): Row {
  const { entity } = trigger
  if (rename.kind === 'entity') return entity === rename.from ? { ...trigger, entity: rename.to } : trigger
  if (rename.kind === 'relation' || entity !== rename.entity) return trigger
  const rows = Object.entries(trigger).map(([key, value]) => [
    key,
    (key === 'record' || key === 'old') && isObject(value) ? renameKey(value, rename) : value,
  ])
  return Object.fromEntries(rows)
}

function renameKey(row: Row, { from, to }: Rename): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key === from ? to : key, value]))
}
