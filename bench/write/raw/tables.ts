// The three tables that raw statements fill, column by column, and where each value comes from.
import { randomUUID } from 'node:crypto'
import type { Entry } from '../entries.ts'
import type { Story } from './news.ts'

/** One entry with its new key, and as the JSON that audit log and outbox hold. */
export type RawRow = Readonly<{ id: string; entry: Entry; record: Readonly<Record<string, unknown>> }>

/** A column whose value differs from row to row. */
export type Column = Readonly<{ name: string; type: string; read(row: RawRow): unknown }>
/** A column in which all rows of a statement have the same. */
export type Constant = Readonly<{ name: string; type: string; value: unknown }>
export type Table = Readonly<{ name: string; constants: readonly Constant[]; columns: readonly Column[] }>

export function makeRow(entry: Entry): RawRow {
  const id = randomUUID()
  const { bookedAt, customerId, ...rest } = entry
  return { id, entry, record: { id, ...rest, booked_at: bookedAt, customer_id: customerId } }
}

/** The tables; what a story of Metaloom's says beside the record is said again in the same words. */
export function describeTables({ audit, outbox }: Story): readonly Table[] {
  const pick = (source: Story['audit'], name: string, type = 'text') => ({ name, type, value: source[name] })
  const { action, old } = outbox.payload as { action: unknown; old: unknown }
  return [
    { name: 'entries', constants: [], columns: entryColumns },
    {
      name: '_audit',
      constants: [
        ...['entity', 'action', 'actor', 'user_id', 'request_id'].map((name) => pick(audit, name)),
        pick(audit, 'version', 'integer'),
        pick(audit, 'changed', 'text[]'),
      ],
      columns: [
        { name: 'record_id', type: 'text', read: ({ id }) => id },
        { name: 'new', type: 'jsonb', read: ({ record }) => record },
      ],
    },
    {
      name: '_outbox',
      constants: [
        ...['kind', 'entity', 'actor', 'user_id', 'request_id'].map((name) => pick(outbox, name)),
        pick(outbox, 'version', 'integer'),
        pick(outbox, 'hops', 'smallint'),
        pick(outbox, 'revision', 'integer'),
      ],
      columns: [
        { name: 'record_id', type: 'text', read: ({ id }) => id },
        { name: 'payload', type: 'jsonb', read: ({ record }) => ({ action, old, record }) },
      ],
    },
  ]
}

const entryColumns: readonly Column[] = [
  { name: 'id', type: 'uuid', read: ({ id }) => id },
  { name: 'number', type: 'text', read: ({ entry }) => entry.number },
  { name: 'quantity', type: 'integer', read: ({ entry }) => entry.quantity },
  { name: 'amount', type: 'numeric', read: ({ entry }) => entry.amount },
  { name: 'paid', type: 'boolean', read: ({ entry }) => entry.paid },
  { name: 'booked_at', type: 'timestamptz', read: ({ entry }) => entry.bookedAt },
  { name: 'note', type: 'text', read: ({ entry }) => entry.note },
  { name: 'customer_id', type: 'uuid', read: ({ entry }) => entry.customerId },
]
