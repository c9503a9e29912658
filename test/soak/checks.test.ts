// The checks at the end of the reliability run notice what they are for: each is shown a run that broke its promise.
import { describe, expect, test } from 'vitest'
import { checkAll, type Stored } from '../../soak/checks.ts'
import { type Ledger, openLedger } from '../../soak/ledger.ts'

/** A run in which all went well: an invoice that was sent, one that was refused, one that was deleted, a note and a batch. */
function makeRun(): { ledger: Ledger; stored: Stored; accepted: Map<string, number> } {
  const ledger = openLedger()
  const invoice = { region: 'north', items: 2, steps: [] }
  ledger.invoices.set('1', {
    ...invoice,
    number: '1',
    created: 'done',
    steps: [{ to: 'sent', state: 'done' }],
  })
  ledger.invoices.set('2', { ...invoice, number: '2', created: 'refused' })
  ledger.invoices.set('3', { ...invoice, number: '3', created: 'unknown' })
  ledger.invoices.set('4', { ...invoice, number: '4', created: 'done', deleted: 'done' })
  ledger.notes.push({ label: 'a', value: 1, state: 'done' }, { label: 'a', value: 2, state: 'unknown' })
  ledger.batches.push({ labels: ['b', 'c'], state: 'done' })
  ledger.changes.push({ reason: 'add', state: 'done' }, { reason: 'follow add', state: 'done', followed: 5 })
  ledger.followed.add('1')
  const row = { items: 2, total: '2.50', sum: '2.50', deleted: false }
  const stored: Stored = {
    invoices: [
      { ...row, number: '1', status: 'sent' },
      { ...row, number: '4', status: 'draft', deleted: true },
    ],
    notes: [
      { label: 'a', value: 2 },
      { label: 'b', value: 0 },
      { label: 'c', value: 0 },
    ],
    receipts: [{ number: '1', count: 1 }],
    audit: [{ id: 'one', count: 1 }],
    deliveries: [{ id: 'd', record: 'one', state: 'delivered' }],
    workflows: [{ number: '1', state: 'completed', count: 1 }],
    history: [{ reason: 'add' }],
  }
  return { ledger, stored, accepted: new Map([['d', 2]]) }
}

type Run = ReturnType<typeof makeRun>
const without = (rows: Stored['invoices'], number: string) => rows.filter((row) => row.number !== number)
const change = (run: Run, stored: Partial<Stored>): Run => ({ ...run, stored: { ...run.stored, ...stored } })
const listBroken = (run: Run) =>
  checkAll(run).flatMap(({ promise, broken }) => (broken.length > 0 ? [promise] : []))

test('a run that went well breaks no promise', () => {
  expect(listBroken(makeRun())).toEqual([])
})

describe('a promise is seen to be broken when', () => {
  test.each<[string, string, (run: Run) => Run]>([
    [
      'an invoice is lost',
      'an acknowledged invoice is there, with all its items',
      (run) => change(run, { invoices: without(run.stored.invoices, '1') }),
    ],
    [
      'a deletion is lost',
      'an acknowledged invoice is there, with all its items',
      (run) => change(run, { invoices: run.stored.invoices.map((row) => ({ ...row, deleted: false })) }),
    ],
    [
      'a refused one is there',
      'a refused invoice is not there',
      (run) =>
        change(run, {
          invoices: [
            ...run.stored.invoices,
            { number: '2', status: 'draft', items: 2, total: '1', sum: '1' },
          ],
        }),
    ],
    [
      'half of one is there',
      'one of which nobody knows is there as a whole, or not at all',
      (run) =>
        change(run, {
          invoices: [
            ...run.stored.invoices,
            { number: '3', status: 'draft', items: 1, total: '1', sum: '1' },
          ],
        }),
    ],
    [
      'a total is wrong',
      'a total is the sum of the items',
      (run) => change(run, { invoices: run.stored.invoices.map((row) => ({ ...row, total: '9' })) }),
    ],
    [
      'a state is lost',
      'an invoice is in the state that a client led it to',
      (run) => change(run, { invoices: run.stored.invoices.map((row) => ({ ...row, status: 'draft' })) }),
    ],
    [
      'an older value is back',
      'a note has the value that was acknowledged last, or a later one of which nobody knows',
      (run) => change(run, { notes: [{ label: 'a', value: 0 }, ...run.stored.notes.slice(1)] }),
    ],
    [
      'half of a batch is there',
      'notes written at once are all there, or none',
      (run) => change(run, { notes: run.stored.notes.slice(0, 2) }),
    ],
    [
      'a delivery is missing',
      'each change of an invoice makes one delivery',
      (run) => change(run, { deliveries: [] }),
    ],
    [
      'a delivery waits',
      'each delivery comes to its end',
      (run) => change(run, { deliveries: [{ id: 'd', record: 'one', state: 'waiting' }] }),
    ],
    [
      'the receiver never got it',
      'each delivery is accepted by the receiver',
      (run) => ({ ...run, accepted: new Map() }),
    ],
    [
      'the receiver got what was not',
      'nothing is delivered that was not committed',
      (run) => ({ ...run, accepted: new Map([...run.accepted, ['e', 1]]) }),
    ],
    [
      'a workflow failed',
      'each workflow comes to its end',
      (run) => change(run, { workflows: [{ number: '1', state: 'failed', count: 1 }] }),
    ],
    [
      'a step was taken twice',
      'an invoice that was sent has one workflow and one receipt, any other none',
      (run) => change(run, { receipts: [{ number: '1', count: 2 }] }),
    ],
    [
      'a change is not in the history',
      'an acknowledged change of definitions stands in the history',
      (run) => change(run, { history: [] }),
    ],
    [
      'a follower missed one',
      'a subscription tells of each acknowledged invoice',
      (run) => ({ ...run, ledger: { ...run.ledger, followed: new Set() } }),
    ],
  ])('%s', (_, promise, spoil) => {
    expect(listBroken(spoil(makeRun()))).toContain(promise)
  })
})
