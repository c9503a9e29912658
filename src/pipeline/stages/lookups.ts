// Reads beforehand what the rules of many records are going to look at: related rows, and the time.
import type { Row } from '../../database/connect.ts'
import type { Behaviour, Load } from '../../metadata/behaviour.ts'
import type { RegistryEntity } from '../../metadata/registry.ts'
import type { Act } from './act.ts'
import { loadRelated } from './related.ts'
import { groupBy, type Write } from './writes.ts'

/** The stored rows behind a load for a record, and the start of the transaction (empty when nobody asks for it). */
export type Lookup = Readonly<{ now: string; find(load: Load, write: Write): readonly Row[] }>

/** One statement for each load of each entity, however many records there are. */
export async function readLookups(act: Act, writes: readonly Write[]): Promise<Lookup> {
  const found = new Map<string, ReadonlyMap<string, readonly Row[]>>()
  let now = ''
  for (const group of groupBy(writes, (write) => write.entity).values()) {
    const [first] = group
    if (first === undefined) continue
    const { behaviour } = first.entity
    if (usesNow(behaviour)) now = await act.readNow()
    for (const load of listLoads(behaviour)) {
      const name = nameLoad(first.entity, load)
      if (!found.has(name)) found.set(name, await readLoad(act, load, group))
    }
  }
  return {
    now,
    find: (load, write) =>
      found.get(nameLoad(write.entity, load))?.get(String(write.row[load.end.localColumn])) ?? [],
  }
}

/** A record that is new has no rows behind it yet, but it may lead to one. */
async function readLoad(
  act: Act,
  load: Load,
  writes: readonly Write[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const { end } = load
  const rows = writes
    .filter((write) => write.action !== 'create' || end.localColumn !== write.entity.key.field)
    .map((write) => write.row)
  return loadRelated(act.sql, act.context.registry, load, rows)
}

function nameLoad(entity: RegistryEntity, { end, filter }: Load): string {
  return JSON.stringify([entity.name, end.relation.source, end.relation.name, end.side, [...filter]])
}

type Part = Readonly<{ usesNow: boolean; loads: readonly Load[] }>

function listParts({ checks, computed, machine }: Behaviour): readonly Part[] {
  return [...Object.values(checks).flat(), ...computed, ...(machine?.transitions ?? [])]
}

function listLoads(behaviour: Behaviour): readonly Load[] {
  return listParts(behaviour).flatMap(({ loads }) => loads)
}

function usesNow(behaviour: Behaviour): boolean {
  const actions = (behaviour.machine?.transitions ?? []).flatMap((transition) => transition.actions)
  return (
    listParts(behaviour).some((part) => part.usesNow) ||
    actions.some((action) => action.kind !== 'webhook' && action.usesNow)
  )
}
