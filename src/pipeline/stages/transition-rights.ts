// What policies leave of the options that a state machine gives: none that the roles do not know, and none allowed that a write would refuse.
import type { Row } from '../../database/connect.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import type { Policy } from '../../metadata/policy.ts'
import type { Read } from '../reads/find.ts'
import { holdsFor, listsField, matchPolicies } from '../rights/policies.ts'
import { describeRows } from './hops.ts'
import { mayTake, type Option } from './transition.ts'

/** A whole row with its options; `now` is the time on the database's clock. */
export type Listed = Readonly<{ row: Row; now: unknown; options: readonly Option[] }>

/** The options as the policies of the one who asks leave them; a state that is hidden leads nowhere. */
export async function permitOptions(
  read: Omit<Read, 'columns'>,
  listed: readonly Listed[],
): Promise<readonly Listed[]> {
  const { entity, viewer } = read
  const field = entity.behaviour.machine?.field.name ?? ''
  const forState = (action: 'read' | 'update') =>
    matchPolicies(viewer, entity, action).filter((policy) => listsField(policy, field))
  const [reading, updating] = [forState('read'), forState('update')]
  const known = listed.map((each) => ({
    ...each,
    options: each.options
      .filter(isKnown(read, each.row))
      .map((option) => ({ option, changed: { ...each.row, [field]: option.to } })),
  }))
  const rows = known.flatMap(({ row, options }) => [row, ...options.map(({ changed }) => changed)])
  const see = await describe(read, listed, [...reading, ...updating], rows)
  return known.map(({ row, now, options }) => {
    const isOpen = reading.some((policy) => holdsFor(policy, see(row)))
    const holding = updating.filter((policy) => holdsFor(policy, see(row)))
    const permitted = options.map(({ option, changed }) => permit(option, holding, see(changed)))
    return { row, now, options: isOpen ? permitted : [] }
  })
}

/** Whether some transition from the row's state is open to the roles. */
function isKnown({ entity, viewer }: Omit<Read, 'columns'>, row: Row): (option: Option) => boolean {
  const { machine } = entity.behaviour
  const open = machine?.transitions.filter(
    (each) => each.from.includes(String(row[machine.field.name])) && mayTake(viewer, 'viewer', each),
  )
  return ({ to }) => open?.some((each) => each.to === to) === true
}

/** What policies see of each of the rows. */
async function describe(
  { sql, registry, viewer }: Omit<Read, 'columns'>,
  listed: readonly Listed[],
  policies: readonly Policy[],
  rows: readonly Row[],
): Promise<(row: Row) => Environment> {
  const readNow = async (): Promise<string> => String(listed[0]?.now)
  const environments = await describeRows({ sql, registry, viewer, readNow }, policies, rows)
  const found = new Map(rows.map((row, index) => [row, environments[index] ?? {}]))
  return (row) => found.get(row) ?? {}
}

/** One policy holds for the record as it is and as it would be. */
function permit(option: Option, holding: readonly Policy[], after: Environment): Option {
  if (!option.allowed || holding.some((policy) => holdsFor(policy, after))) return option
  return { to: option.to, allowed: false, reason: 'you may not change this record so' }
}
