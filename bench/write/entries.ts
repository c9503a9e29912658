// The entries that everybody writes: made before the clock runs, the same ones in every run.
import { createHash } from 'node:crypto'

/** One entry in the spelling of the GraphQL APIs; whoever writes it makes its key. */
export type Entry = Readonly<{
  number: string
  quantity: number
  amount: string
  paid: boolean
  bookedAt: string
  note: string
  customerId: string
}>

const customers = 100
const start = Date.UTC(2026, 0, 1)
const minute = 60_000

/** Lists of `size` entries each, all different. */
export function makeBatches(count: number, size: number): readonly (readonly Entry[])[] {
  return Array.from({ length: count }, (_, batch) =>
    Array.from({ length: size }, (_, index) => makeEntry(batch * size + index)),
  )
}

function makeEntry(n: number): Entry {
  return {
    number: `ENT-${String(n).padStart(6, '0')}`,
    quantity: 1 + (n % 9),
    amount: (((n * 37) % 100_000) / 100).toFixed(2),
    paid: n % 2 === 0,
    bookedAt: new Date(start + n * minute).toISOString(),
    note: `Entry ${n}: what was sold, to whom, and why it was booked "today"; some 80 letters.`,
    customerId: makeKey(`customer${n % customers}`),
  }
}

/** The key that rows.sql makes of the same name. */
export function makeKey(name: string): string {
  const hex = createHash('md5').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
