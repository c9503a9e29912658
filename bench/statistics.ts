// Medians, percentiles and spreads of measured numbers.

export type Summary = Readonly<{ median: number; least: number; most: number }>

/** The middle, the smallest and the largest of at least one number. */
export function summarize(values: readonly number[]): Summary {
  return {
    median: findPercentile(values, 0.5),
    least: findPercentile(values, 0),
    most: findPercentile(values, 1),
  }
}

/** The value below which `share` (0 to 1) of the others lie; NaN for no values. */
export function findPercentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN
}
