// Counts without cost: numbers in place, which become a counter of Prometheus when somebody looks.
import { Counter, type Registry } from 'prom-client'

/** One number under fixed labels; who counts adds to `count`. */
export type Tally = { count: number }
/** Makes the number for some labels; ask once and keep it. */
export type OpenTally<L extends string> = (labels: Readonly<Record<L, string>>) => Tally

/** Makes a counter. */
export function createTallies<L extends string>(
  register: Registry,
  about: Readonly<{ name: string; help: string; labelNames: readonly L[] }>,
): OpenTally<L> {
  const tallies: (Tally & Readonly<{ labels: Readonly<Record<L, string>> }>)[] = []
  const counter = new Counter<L>({
    ...about,
    labelNames: [...about.labelNames],
    registers: [register],
    collect() {
      for (const tally of tallies) {
        counter.inc(tally.labels, tally.count)
        tally.count = 0
      }
    },
  })
  return (labels) => {
    const tally = { labels, count: 0 }
    tallies.push(tally)
    return tally
  }
}
