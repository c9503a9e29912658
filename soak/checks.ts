// What must hold at the end: what the clients, the receiver and the tables know is held against each other.
import { type Pool, type Row, run } from '../src/database/connect.ts'
import { groupBy } from './figures.ts'
import type { Invoice, Ledger, State } from './ledger.ts'

/** One promise: how many cases were looked at, and those that broke it. */
export type Check = Readonly<{ promise: string; looked: number; broken: readonly string[] }>

/** What stands in the tables once everything has settled. */
export type Stored = Readonly<{
  invoices: readonly Row[]
  notes: readonly Row[]
  receipts: readonly Row[]
  audit: readonly Row[]
  deliveries: readonly Row[]
  workflows: readonly Row[]
  history: readonly Row[]
}>

const texts: Readonly<Record<keyof Stored, string>> = {
  invoices: `select i.number, i.status, i.total::text, i.deleted_at is not null as deleted,
    count(t.id)::int as items, coalesce(sum(t.quantity * t.price), 0)::numeric(20, 2)::text as sum
    from invoices i left join items t on t.invoice_id = i.id and (t.deleted_at is null) = (i.deleted_at is null) group by i.id`,
  notes: 'select label, value from notes where deleted_at is null',
  receipts: 'select number, count(*)::int as count from receipts group by number',
  audit:
    "select record_id as id, count(*)::int as count from _audit where entity = 'invoice' group by record_id",
  deliveries: 'select id::text, record_id as record, state, attempts from _deliveries',
  workflows:
    "select trigger -> 'record' ->> 'number' as number, state, count(*)::int as count from _workflow_instances group by 1, 2",
  history: 'select reason from _metadata_history where reason is not null',
}

export async function readStored(pool: Pool): Promise<Stored> {
  const read = async (name: keyof Stored) =>
    [name, await run(pool, { text: texts[name], values: [] })] as const
  const entries = await Promise.all((Object.keys(texts) as (keyof Stored)[]).map(read))
  return Object.fromEntries(entries) as unknown as Stored
}

type Sides = Readonly<{ ledger: Ledger; stored: Stored; accepted: ReadonlyMap<string, number> }>

/** All checks, in the order of the report. */
export function checkAll(sides: Sides): readonly Check[] {
  const { ledger } = sides
  return [
    ...checkInvoices(sides),
    ...checkNotes(sides),
    ...checkDeliveries(sides),
    ...checkWorkflows(sides),
    ...checkFollowers(sides),
    { promise: 'no clerk sees a row of another region', looked: ledger.shown, broken: ledger.leaks },
    {
      promise: 'no answer is wrong, and nothing right is refused',
      looked: ledger.shown,
      broken: ledger.wrong,
    },
  ]
}

function check<T>(promise: string, cases: readonly T[], isBroken: (each: T) => boolean): Check {
  return { promise, looked: cases.length, broken: cases.filter(isBroken).map((each) => JSON.stringify(each)) }
}

function checkInvoices({ ledger, stored: { invoices } }: Sides): readonly Check[] {
  const rows = new Map(invoices.map((row) => [String(row.number), row]))
  const known = [...ledger.invoices.values()]
  const those = (state: State) => known.filter(({ created }) => created === state)
  return [
    check('an acknowledged invoice is there, with all its items', those('done'), (each) =>
      isLost(each, rows),
    ),
    check('a refused invoice is not there', those('refused'), ({ number }) => rows.has(number)),
    check('one of which nobody knows is there as a whole, or not at all', those('unknown'), (each) => {
      const row = rows.get(each.number)
      return row !== undefined && row.items !== each.items
    }),
    check(
      'no invoice is there that nobody wrote',
      invoices,
      ({ number }) => !ledger.invoices.has(String(number)),
    ),
    check('a total is the sum of the items', invoices, ({ total, sum }) => total !== sum),
    check(
      'an invoice is in the state that a client led it to',
      those('done'),
      (each) => !listStates(each).includes(String(rows.get(each.number)?.status)),
    ),
  ]
}

function isLost({ number, items, deleted }: Invoice, rows: ReadonlyMap<string, Row>): boolean {
  const row = rows.get(number)
  if (row === undefined || row.items !== items) return true
  return deleted === 'unknown' ? false : row.deleted !== (deleted === 'done')
}

/** The states that it can be in, by what is known of the steps. */
function listStates({ steps }: Invoice): readonly string[] {
  let states: readonly string[] = ['draft']
  for (const { to, state } of steps)
    if (state === 'done') states = [to]
    else if (state === 'unknown') states = [...states, to]
  return states
}

function checkNotes({ ledger, stored }: Sides): readonly Check[] {
  const values = new Map(stored.notes.map(({ label, value }) => [String(label), Number(value)]))
  const byLabel = groupBy(ledger.notes, ({ label }) => label)
  return [
    check(
      'a note has the value that was acknowledged last, or a later one of which nobody knows',
      [...byLabel],
      ([label, writes]) => {
        const last = writes.findLastIndex(({ state }) => state === 'done')
        const right = writes.filter(({ state }, at) => at === last || (at > last && state === 'unknown'))
        return last >= 0 && !right.some(({ value }) => value === values.get(label))
      },
    ),
    check('notes written at once are all there, or none', ledger.batches, ({ labels, state }) => {
      const count = labels.filter((label) => values.has(label)).length
      const right = { done: [labels.length], refused: [0], unknown: [0, labels.length] }
      return !right[state].includes(count)
    }),
  ]
}

function checkDeliveries({ stored: { audit, deliveries }, accepted }: Sides): readonly Check[] {
  const counts = groupBy(deliveries, ({ record }) => String(record))
  const ids = new Set(deliveries.map(({ id }) => String(id)))
  return [
    check(
      'each change of an invoice makes one delivery',
      audit,
      ({ id, count }) => counts.get(String(id))?.length !== count,
    ),
    check('each delivery comes to its end', deliveries, ({ state }) => state !== 'delivered'),
    check('each delivery is accepted by the receiver', deliveries, ({ id }) => !accepted.has(String(id))),
    check('nothing is delivered that was not committed', [...accepted.keys()], (id) => !ids.has(id)),
  ]
}

function checkWorkflows({ stored: { invoices, receipts, workflows } }: Sides): readonly Check[] {
  const receiptsOf = new Map(receipts.map(({ number, count }) => [number, count]))
  const runsOf = new Map(workflows.map(({ number, count }) => [number, count]))
  return [
    check('each workflow comes to its end', workflows, ({ state }) => state !== 'completed'),
    check(
      'an invoice that was sent has one workflow and one receipt, any other none',
      invoices,
      ({ number, status }) => {
        const right = status === 'draft' ? 0 : 1
        return (runsOf.get(number) ?? 0) !== right || (receiptsOf.get(number) ?? 0) !== right
      },
    ),
  ]
}

function checkFollowers({ ledger, stored }: Sides): readonly Check[] {
  const reasons = new Set(stored.history.map(({ reason }) => reason))
  const saves = ledger.changes.filter(({ state, followed }) => state === 'done' && followed === undefined)
  const told = [...ledger.invoices.values()].filter(
    ({ created, deleted }) => created === 'done' && deleted === undefined,
  )
  return [
    check(
      'an acknowledged change of definitions stands in the history',
      saves,
      ({ reason }) => !reasons.has(reason),
    ),
    check(
      'a subscription tells of each acknowledged invoice',
      told,
      ({ number }) => !ledger.followed.has(number),
    ),
  ]
}
