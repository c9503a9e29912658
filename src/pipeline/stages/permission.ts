// Checks what the caller does against the policies: on the record as it was, and on what has become of it.
import { isAdmin } from '../../auth/viewer.ts'
import { sqlState } from '../../database/transaction.ts'
import { failAll, type Problem } from '../../errors.ts'
import type { Policy } from '../../metadata/policy.ts'
import { joinPath } from '../../reader.ts'
import { holdsFor, listsField, matchPolicies } from '../rights/policies.ts'
import type { Act } from './act.ts'
import { describeRows, findHolding, type Hearing } from './hops.ts'
import { isSame } from './values.ts'
import { groupBy, listWrites, type Write } from './writes.ts'

/** The stage before anything is stored: policies that do not hold for the stored record are out. */
export async function checkBefore(act: Act, roots: readonly Write[]): Promise<void> {
  const asked = listAsked(act, roots)
  for (const write of asked) write.policies = matchPolicies(act.context.viewer, write.entity, actionOf(write))
  await keepHolding(
    act,
    asked.filter(({ old }) => old !== undefined),
    (write) => write.old ?? {},
  )
  refuse(asked, (write) => write.policies.length > 0)
}

/** The stage right before the storing: the question whether rights still stand goes along with the first statement of that. */
export function askRights(act: Act, roots: readonly Write[]): void {
  if (listAsked(act, roots).length > 0) act.holdRights().catch(waitForIt)
}

/** Who awaits the answer hears of it. */
function waitForIt(): void {}

/** Refuses a write whose rights were taken away while it was under way. */
export async function checkRights(act: Act, roots: readonly Write[]): Promise<void> {
  if (listAsked(act, roots).length > 0) await act.holdRights()
}

/** The error to tell: a statement behind one that failed fails too, and that one may have been about rights. */
export async function blameRights(act: Act, error: unknown): Promise<unknown> {
  if (sqlState(error) !== transactionAborted) return error
  return await act.holdRights().then(
    () => error,
    (cause: unknown) => cause,
  )
}

const transactionAborted = '25P02'

/** The stage behind the storing: for each field that the caller changed, one of those policies lists it and holds still. */
export async function checkResult(act: Act, roots: readonly Write[]): Promise<void> {
  const asked = listAsked(act, roots).filter(({ action }) => action !== 'delete')
  for (const write of asked)
    if (write.action === 'restore') write.policies = matchPolicies(act.context.viewer, write.entity, 'update')
  await keepHolding(act, asked, (write) => write.row)
  refuse(asked, (write) => write.policies.length > 0)
  await refuseFields(act, asked)
}

/** What the system does in the caller's wake needs no leave, and an administrator has it. */
function listAsked({ context }: Act, roots: readonly Write[]): readonly Write[] {
  return isAdmin(context.viewer) ? [] : listWrites(roots).filter(({ actor }) => actor === 'viewer')
}

/** A dead record is brought back by those who may delete it, if they may change what it then is. */
function actionOf({ action }: Write): 'create' | 'update' | 'delete' {
  return action === 'restore' ? 'delete' : action
}

async function keepHolding(
  act: Act,
  writes: readonly Write[],
  rowOf: (write: Write) => Write['row'],
): Promise<void> {
  for (const group of groupBy(writes, (write) => write.entity).values()) {
    const policies = [...new Set(group.flatMap((write) => write.policies))]
    const environments = await describeRows(
      { ...startHearing(act), isHolding: true },
      policies,
      group.map(rowOf),
    )
    for (const [index, write] of group.entries())
      write.policies = write.policies.filter((policy) => holdsFor(policy, environments[index] ?? {}))
  }
}

export function startHearing({ context, sql, readNow }: Act): Hearing {
  return { sql, registry: context.registry, viewer: context.viewer, readNow }
}

function refuse(writes: readonly Write[], isAllowed: (write: Write) => boolean): void {
  const problems = writes
    .filter((write) => !isAllowed(write))
    .map(({ path, action, entity }) => ({ path, message: `you may not ${action} this ${entity.name}` }))
  if (problems.length > 0) throw failAll('FORBIDDEN', problems)
}

/** A value that is stored already passes, but for one that the caller cannot read: it would be told by that. */
async function refuseFields(act: Act, writes: readonly Write[]): Promise<void> {
  const given = writes.map((write) => ({ write, names: listGiven(write).filter(isLocked(write)) }))
  const repeated = given.filter(({ write, names }) => names.some((name) => !isChanged(write, name)))
  const reading = await findReading(
    act,
    repeated.map(({ write }) => write),
  )
  const problems = given.flatMap(({ write, names }) =>
    names
      .filter((name) => isChanged(write, name) || !mayBeFor(reading.get(write), name))
      .map((name) => tellField(act, write, name)),
  )
  if (problems.length > 0) throw failAll('FORBIDDEN', problems)
}

function tellField({ context }: Act, { entity, action, path }: Write, name: string): Problem {
  const field = entity.fieldsByName.get(name)
  const called = field ? context.nameField(entity, field) : name
  const message = `you may not ${action === 'create' ? 'give' : 'change'} this field here`
  return { path: joinPath(path, called), field: called, message }
}

/** The read policies that held for each of the stored records. */
async function findReading(
  act: Act,
  writes: readonly Write[],
): Promise<ReadonlyMap<Write, readonly Policy[]>> {
  const reading = new Map<Write, readonly Policy[]>()
  for (const [entity, group] of groupBy(writes, (write) => write.entity)) {
    const policies = matchPolicies(act.context.viewer, entity, 'read')
    const rows = group.map(({ old = {} }) => old)
    const found = await findHolding(startHearing(act), policies, rows)
    for (const [index, write] of group.entries()) reading.set(write, found[index] ?? [])
  }
  return reading
}

function isLocked({ policies }: Write): (field: string) => boolean {
  return (field) => !mayBeFor(policies, field)
}

function mayBeFor(policies: readonly Policy[] = [], field: string): boolean {
  return policies.some((policy) => listsField(policy, field))
}

/** What the caller gave; a new child's key to its parent counts as given. */
function listGiven({ action, changes, parent }: Write): readonly string[] {
  const isBelow = action === 'create' && parent !== undefined && parent.end.join === undefined
  return [...changes.keys(), ...(isBelow ? [parent.end.remoteColumn] : [])]
}

function isChanged({ action, entity, old, row }: Write, name: string): boolean {
  const field = entity.fieldsByName.get(name)
  return action === 'create' || field === undefined || !isSame(field, old?.[name], row[name])
}
