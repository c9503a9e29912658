// What the clients know of what they wrote; at the end it is held against what stands in the tables.

/** Whether a write was acknowledged, refused, or nobody knows. */
export type State = 'done' | 'refused' | 'unknown'
/** An invoice with so many items; `steps` are the states that it was sent on to, with what is known of each. */
export type Invoice = {
  readonly number: string
  readonly region: string
  readonly items: number
  readonly created: State
  id?: string
  steps: Readonly<{ to: 'sent' | 'paid'; state: State }>[]
  deleted?: State
}
/** A note whose value was set, in this order. */
export type NoteWrite = Readonly<{ label: string; value: number; state: State }>
/** Notes that were written together; all of them or none. */
export type Batch = Readonly<{ labels: readonly string[]; state: State }>
/** A change of definitions, and the milliseconds after which the other instance served it. */
export type Change = Readonly<{ reason: string; state: State; followed?: number }>

export type Ledger = {
  readonly invoices: Map<string, Invoice>
  readonly notes: NoteWrite[]
  readonly batches: Batch[]
  readonly changes: Change[]
  /** Rows that were looked at when they were shown. */
  shown: number
  /** Rows that a clerk got to see and should not have. */
  readonly leaks: string[]
  /** Answers that were neither right nor an error: what was asked, and what came. */
  readonly wrong: string[]
  /** Invoices that a subscription told of, by number, and how often its stream was opened. */
  readonly followed: Set<string>
  streams: number
}

export function openLedger(): Ledger {
  return {
    invoices: new Map(),
    notes: [],
    batches: [],
    changes: [],
    shown: 0,
    leaks: [],
    wrong: [],
    followed: new Set(),
    streams: 0,
  }
}
