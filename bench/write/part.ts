// A part of a run: what it is told, and what it finds out.
import type { Plan } from '../read/rounds.ts'
import { makeBatches } from './entries.ts'
import type { Setup } from './setup.ts'

/** `clients` is how many send lists of 1,000 entries at once; `policies` lets a caller take part who needs them. */
export type Order = Readonly<{ plan: Plan; clients: number; policies: boolean }>
/** Text for people, figures for programs. */
export type Finding = Readonly<{ text: string; figures: unknown }>
export type Part = (setup: Setup, order: Order) => Promise<Finding>

/** The entries of one request that writes many. */
export const rowsOfRequest = 1_000
export const batches = makeBatches(8, rowsOfRequest)
