// Checks that the keys which a write puts into records lead to live records that the viewer can see, and holds those.
import { quoteName } from '../../database/identifiers.ts'
import { failAll, type Problem } from '../../errors.ts'
import { entityOf, type RelationEnd } from '../../metadata/registry.ts'
import { joinPath } from '../../reader.ts'
import { isVisibleTo } from '../rights/visible.ts'
import { allOf, bind, column, selectList, sqlType, statement, type Values } from '../statement.ts'
import type { Act } from './act.ts'
import { runSighted, watchedColumns } from './sighted.ts'
import { groupBy, listWrites, type Write } from './writes.ts'

/** A key that a record is to hold. */
type Reference = Readonly<{ write: Write; end: RelationEnd; key: unknown }>

/** Refuses keys of absent, dead or invisible records as NOT_FOUND; the others stay as they are until the commit. */
export async function checkReferences(act: Act, roots: readonly Write[]): Promise<void> {
  const references = listWrites(roots).flatMap(listReferences)
  const problems: Problem[] = []
  for (const group of groupBy(
    references,
    ({ write, end }) => `${end.other} ${write.actor} ${chooseHold(write, end)}`,
  ).values()) {
    const held = await holdTargets(act, group)
    problems.push(...group.filter(({ key }) => !held.has(String(key))).map((each) => tellMissing(act, each)))
  }
  if (problems.length > 0) throw failAll('NOT_FOUND', problems)
}

/** The keys that are given now; a record that comes back to life is asked for all of its own. */
function listReferences(write: Write): readonly Reference[] {
  const { action, entity, changes, old } = write
  if (action === 'delete') return []
  return entity.ends.flatMap((end) => {
    if (end.side !== 'target' || end.join) return []
    const key = action === 'restore' ? old?.[end.localColumn] : changes.get(end.localColumn)
    return key == null ? [] : [{ write, end, key }]
  })
}

async function holdTargets(act: Act, references: readonly Reference[]): Promise<ReadonlySet<string>> {
  const [first] = references
  if (first === undefined) return new Set()
  const { end, write } = first
  const target = entityOf(act.context.registry, end.other)
  const values: Values = []
  const keys = [...new Set(references.map(({ key }) => key))]
  const key = column('t', end.remoteColumn)
  const where = allOf([
    `${key} = any(${bind(values, keys, `${sqlType(end.parentType)}[]`)})`,
    isVisibleTo(act.context.viewer, write.actor, target, 't', values),
  ])
  const sighted = { entity: target, actor: write.actor, actions: ['read'] } as const
  const list = selectList('t', watchedColumns(act, sighted).set(end.remoteColumn, end.remoteColumn))
  const text = `select ${list} from ${quoteName(target.table)} t where ${where} order by ${key} ${chooseHold(write, end)} of t`
  const rows = await runSighted(act, sighted, statement(text, values), keys)
  return new Set(rows.map((row) => String(row[end.remoteColumn])))
}

/** Two that share a record and both go on to make its computed fields anew would wait for each other. */
function chooseHold({ entity }: Write, end: RelationEnd): string {
  return entity.behaviour.dependents.includes(end) ? 'for update' : 'for share'
}

function tellMissing({ context }: Act, { write, end, key }: Reference): Problem {
  const field = write.entity.fieldsByName.get(end.localColumn)
  const name = field ? context.nameField(write.entity, field) : end.localColumn
  const message = `leads to no ${end.other}: there is none with the id ${JSON.stringify(key)}`
  return { path: joinPath(write.path, name), field: name, message }
}
