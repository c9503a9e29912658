// The writers: nested, single and bulk writes, transitions and deletions, each entered in the ledger with what is known of it.
import { randomInt } from 'node:crypto'
import type { Clerk } from './app.ts'
import { type Client, keepDoing, type Outcome } from './client.ts'
import type { Invoice, Ledger, State } from './ledger.ts'

type Writer = Readonly<{ name: string; clerk: Clerk; client: Client; ledger: Ledger }>

const create = 'mutation ($input: InvoiceCreateInput!) { answer: createInvoice(input: $input) { id total } }'
const transition =
  'mutation ($id: ID!, $to: InvoiceTarget!) { answer: transitionInvoice(id: $id, to: $to) { status } }'
const remove = 'mutation ($id: ID!) { answer: deleteInvoice(id: $id) { id } }'
const upsert =
  'mutation ($label: String!, $value: Int!) { answer: upsertNote(key: { label: $label }, input: { label: $label, value: $value }) { value } }'
const bulk = 'mutation ($inputs: [NoteCreateInput!]!) { answer: createNotes(inputs: $inputs) { count } }'
const find = 'query ($number: String!) { answer: invoiceBy(key: { number: $number }) { id } }'

const bulkSize = 20

/** Writes until it is over; every tenth invoice breaks a rule, and must be refused as a whole. */
export async function keepWriting(writer: Writer, isOver: () => boolean): Promise<void> {
  await keepDoing(isOver, 60, async (count) => {
    const invoice = await createInvoice(writer, count, count % 10 === 9)
    if (invoice.created !== 'done') return
    if (count % 7 === 3) await deleteInvoice(writer, invoice)
    else if (count % 2 === 0) await move(writer, invoice)
  })
}

async function createInvoice({ name, clerk, client, ledger }: Writer, count: number, isBad: boolean) {
  const number = `${name}-${count}`
  const items = 1 + randomInt(5)
  const data = Array.from({ length: items }, (_, index) => ({
    quantity: isBad && index === items - 1 ? 0 : 1 + index,
    price: '1.25',
  }))
  const variables = { input: { number, region: clerk.region, items: { data } } }
  const outcome = await client.ask({ kind: 'create with items', query: create, variables })
  const invoice: Invoice = { number, region: clerk.region, items, created: nameState(outcome), steps: [] }
  if (outcome.end === 'done') invoice.id = outcome.data.answer.id
  checkRefusal(ledger, outcome, isBad, `the invoice ${number}`, ['VALIDATION_FAILED'])
  ledger.invoices.set(number, invoice)
  return invoice
}

/** On to sent, and half of them to paid; what was lost is asked again, and may be refused then because it was done. */
async function move({ client, ledger }: Writer, invoice: Invoice): Promise<void> {
  for (const to of ['sent', 'paid'] as const) {
    const variables = { id: invoice.id, to: to.toUpperCase() }
    const request = { kind: 'transition', query: transition, variables }
    const first = await client.ask(request)
    const last = first.end === 'lost' ? await client.ask(request) : first
    const state = first.end === 'lost' && last.end !== 'done' ? 'unknown' : nameState(last)
    invoice.steps.push({ to, state })
    if (first.end === 'refused') checkRefusal(ledger, first, false, `${to} of ${invoice.number}`, [])
    if (state !== 'done' || randomInt(2) === 0) return
  }
}

async function deleteInvoice({ client, ledger }: Writer, invoice: Invoice): Promise<void> {
  // From now on it may be gone, whatever is heard of it.
  invoice.deleted = 'unknown'
  const outcome = await client.ask({ kind: 'delete', query: remove, variables: { id: invoice.id } })
  invoice.deleted = nameState(outcome)
  checkRefusal(ledger, outcome, false, `the deletion of ${invoice.number}`, [])
}

/** Sets the value of one note after the other, each writer its own, and makes some more in bulk. */
export async function keepNoting({ name, client, ledger }: Writer, isOver: () => boolean): Promise<void> {
  await keepDoing(isOver, 120, async (count) => {
    const label = `${name} ${count % 5}`
    const single = await client.ask({ kind: 'upsert', query: upsert, variables: { label, value: count } })
    ledger.notes.push({ label, value: count, state: nameState(single) })
    checkRefusal(ledger, single, false, `the note ${label}`, [])
    if (count % 5 !== 0) return
    const labels = Array.from({ length: bulkSize }, (_, index) => `${name} bulk ${count} ${index}`)
    const variables = { inputs: labels.map((each) => ({ label: each, value: count })) }
    const outcome = await client.ask({ kind: 'create 20 at once', query: bulk, variables })
    ledger.batches.push({ labels, state: nameState(outcome) })
    checkRefusal(ledger, outcome, false, `the notes of ${label}`, [])
  })
}

/** A clerk reads by number what was just acknowledged: it must be there, on whichever instance answers. */
export async function keepFinding({ clerk, client, ledger }: Writer, isOver: () => boolean): Promise<void> {
  await keepDoing(isOver, 40, async () => {
    const all = [...ledger.invoices.values()]
    const invoice = all[all.length - 1 - randomInt(Math.min(50, Math.max(1, all.length)))]
    if (invoice?.created !== 'done' || invoice.deleted !== undefined) return
    const outcome = await client.ask({
      kind: 'by number',
      query: find,
      variables: { number: invoice.number },
    })
    if (outcome.end !== 'done') return
    const isTheirs = invoice.region === clerk.region
    const found = outcome.data.answer !== null
    if (found && !isTheirs) ledger.leaks.push(`${clerk.email} found ${invoice.number}`)
    // It may have been deleted while it was asked for.
    if (!found && isTheirs && invoice.deleted === undefined)
      ledger.wrong.push(`${invoice.number} was acknowledged and not found`)
  })
}

function nameState({ end }: Outcome): State {
  return end === 'lost' ? 'unknown' : end
}

/** Notes what was refused though it was right, and what was done though it was not. */
function checkRefusal(
  ledger: Ledger,
  outcome: Outcome,
  isBad: boolean,
  what: string,
  right: readonly string[],
): void {
  if (isBad && outcome.end === 'done') ledger.wrong.push(`${what} was written against a rule`)
  if (outcome.end !== 'refused' || passing.has(outcome.code)) return
  if (!isBad || !right.includes(outcome.code))
    ledger.wrong.push(`${what} was refused: ${outcome.code} ${outcome.message}`)
}

/** Errors that a client has to expect of any server that is busy, and that tell that nothing was written. */
const passing = new Set(['LIMIT_EXCEEDED', 'CONFLICT'])
