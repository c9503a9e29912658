// Whether this process should get requests: not while it stops, nor without its database, nor with old definitions.
import { type Pool, run } from '../database/connect.ts'
import type { Apps } from './apps/directory.ts'
import { within } from './within.ts'

export type Readiness = Readonly<{
  /** Why no requests should come here; undefined when they may. */
  findProblem(): Promise<string | undefined>
  /** Says no from now on, for ever. */
  startDraining(): void
  isDraining(): boolean
}>

/** An instance that has not heard of its metadata for so many milliseconds does not call itself ready. */
const mostAge = 30_000
/** Milliseconds that the database may take to say that it is there. */
const mostWait = 2_000

/** `pool` is the platform's: without it nobody can log in, and no app can be opened. */
export function createReadiness(pool: Pool, apps: Pick<Apps, 'listLate'>): Readiness {
  let isDraining = false
  let asking: Promise<boolean> | undefined
  /** Those who ask at once share one question. */
  const ask = (): Promise<boolean> => {
    asking ??= run(pool, { text: 'select 1', values: [] })
      .then(() => true)
      .finally(() => {
        asking = undefined
      })
    return asking
  }
  return {
    async findProblem() {
      if (isDraining) return 'the server is stopping'
      if ((await within(mostWait, ask())) !== true) return 'the database does not answer'
      const late = apps.listLate(mostAge)
      if (late.length === 0) return undefined
      return `the metadata of ${late.join(', ')} could not be read for ${mostAge / 1_000} s`
    },
    startDraining() {
      isDraining = true
    },
    isDraining: () => isDraining,
  }
}
