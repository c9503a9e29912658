// The figures that an app tells of itself as they happen: editions loaded, batches read, messages tried.
import { Counter, Histogram, type Registry } from 'prom-client'
import type { NoteAttempt } from '../../effects/attempt.ts'

/** What an app is handed; the duration of a load is in milliseconds, the size of a batch in keys. */
export type AppMeter = Readonly<{
  noteLoad(milliseconds: number): void
  noteBatch(size: number): void
  noteAttempt: NoteAttempt
}>

/** Makes the meters of apps. */
export function createAppMeters(register: Registry): (app: string) => AppMeter {
  const registers = [register]
  const loads = new Histogram({
    name: 'metaloom_edition_load_duration_seconds',
    help: 'How long it took to load definitions and build the schemas in use, for each edition.',
    labelNames: ['app'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const batches = new Histogram({
    name: 'metaloom_batch_keys',
    help: 'How many records one statement for a relation field answered.',
    labelNames: ['app'],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000],
    registers,
  })
  const attempts = new Counter({
    name: 'metaloom_delivery_attempts_total',
    help: 'Tries to deliver a message: taken, refused (another answer than 2xx) or failed (no answer).',
    labelNames: ['app', 'outcome'],
    registers,
  })
  return (app) => {
    const load = loads.labels({ app })
    const batch = batches.labels({ app })
    return {
      noteLoad: (milliseconds) => load.observe(milliseconds / 1_000),
      noteBatch: (size) => batch.observe(size),
      noteAttempt: (outcome) => attempts.inc({ app, outcome }),
    }
  }
}
