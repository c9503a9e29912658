// Changes of definitions on one instance, which the other must serve soon; and a stream of changes that is followed over restarts.
import { setTimeout as sleep } from 'node:timers/promises'
import { openEvents } from '../test/support/events.ts'
import { type Client, keepDoing, type Outcome } from './client.ts'
import type { Instances } from './instances.ts'
import type { Ledger } from './ledger.ts'

type Work = Readonly<{ client: Client; instances: Instances; ledger: Ledger }>

const change = `mutation ($fields: [FieldInput!]!, $reason: String!) {
  answer: updateEntity(name: "note", input: { name: "note", fields: $fields }, dropColumns: true, reason: $reason) { name }
}`
const rename = `mutation ($name: String!, $to: String!, $reason: String!) {
  answer: renameField(entity: "note", name: $name, to: $to, reason: $reason) { revision }
}`
const fields = [
  { name: 'label', type: 'STRING', required: true, unique: true },
  { name: 'value', type: 'INT', required: true },
]
const patience = 20_000

/** Gives notes another field, waits for the other instance to serve it, and renames it; the next round takes it away. */
export async function keepChanging(work: Work, isOver: () => boolean): Promise<void> {
  await keepDoing(isOver, 4_000, async (count) => {
    const name = `extra_${count}x`
    const added = await save(work, `add ${name}`, change, { fields: [...fields, { name, type: 'STRING' }] })
    if (added.end !== 'done') return
    await follow(work, `add ${name}`, `extra${count}x`, added.url)
    await save(work, `rename ${name}`, rename, { name, to: `former_${count}x` })
  })
}

async function save(
  { client, ledger }: Work,
  reason: string,
  query: string,
  given: object,
): Promise<Outcome> {
  const outcome = await client.ask({ kind: 'metadata', api: 'admin', query, variables: { ...given, reason } })
  const state = outcome.end === 'lost' ? 'unknown' : outcome.end
  ledger.changes.push({ reason, state })
  // A field is gone already when the one who dropped it was not heard of.
  if (outcome.end === 'refused' && !['CONFLICT', 'NOT_FOUND', 'LIMIT_EXCEEDED'].includes(outcome.code))
    ledger.wrong.push(`${reason} was refused: ${outcome.code} ${outcome.message}`)
  return outcome
}

/** Asks an instance that did not save the change, until it serves it; one that is ended meanwhile is not counted. */
async function follow(
  { client, instances, ledger }: Work,
  reason: string,
  field: string,
  saver: string,
): Promise<void> {
  const url = instances.pick(saver)
  const query = `{ answer: notes(first: 1) { nodes { ${field} } } }`
  const started = performance.now()
  while (performance.now() - started < patience) {
    const { end } = await client.ask({ kind: 'a new field', query, url })
    if (end === 'lost') return
    const followed = performance.now() - started
    if (end === 'done')
      return void ledger.changes.push({ reason: `follow ${reason}`, state: 'done', followed })
    await sleep(20)
  }
  ledger.wrong.push(`${reason} was not served by the other instance within ${patience / 1_000} s`)
}

const subscription = `subscription ($after: String) {
  answer: invoiceChanged(after: $after) { kind cursor node { number } }
}`

/** Follows all changes of invoices; goes on behind the last cursor whenever the stream ends. */
export async function keepFollowing(
  { client, instances, ledger }: Work,
  isOver: () => boolean,
): Promise<void> {
  let after: string | null = null
  while (!isOver()) {
    try {
      const url = `${instances.pick()}/api/demo/graphql`
      const stream = await openEvents(url, subscription, { after }, client.token)
      ledger.streams += 1
      const close = setInterval(() => isOver() && stream.close(), 500)
      try {
        for (let event = await stream.next(); event?.data?.answer; event = await stream.next()) {
          const { cursor, node } = event.data.answer
          after = cursor
          if (node) ledger.followed.add(node.number)
        }
      } finally {
        clearInterval(close)
      }
    } catch {
      // The instance went away; the next one goes on behind the same cursor.
    }
    await sleep(100)
  }
}
