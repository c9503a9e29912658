// What the run measures: each request by kind, errors by code, the memory of each instance, and when one was ended.
import { readFile } from 'node:fs/promises'

/** One request: seconds since the start, milliseconds that it took, and how it ended: `done`, `lost`, or the code of its error. */
export type Sample = Readonly<{ at: number; kind: string; milliseconds: number; end: string }>
/** Resident bytes of an instance. */
export type Memory = Readonly<{ at: number; instance: string; bytes: number }>
export type Restart = Readonly<{ at: number; instance: string; signal: NodeJS.Signals; seconds: number }>

export type Figures = Readonly<{
  samples: readonly Sample[]
  memory: readonly Memory[]
  restarts: readonly Restart[]
  /** Seconds since the start. */
  now(): number
  note(sample: Omit<Sample, 'at'>): void
  noteRestart(restart: Restart): void
  noteMemory(instance: string, pid: number): Promise<void>
}>

/** Begins to count time. */
export function startFigures(): Figures {
  const started = performance.now()
  const now = () => (performance.now() - started) / 1_000
  const samples: Sample[] = []
  const memory: Memory[] = []
  const restarts: Restart[] = []
  return {
    samples,
    memory,
    restarts,
    now,
    note: (sample) => void samples.push({ at: now(), ...sample }),
    noteRestart: (restart) => void restarts.push(restart),
    async noteMemory(instance, pid) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
      if (kilobytes !== undefined) memory.push({ at: now(), instance, bytes: Number(kilobytes) * 1_024 })
    },
  }
}

/** The value below which that share of the sorted numbers lies; 0 of none. */
export function findPercentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export function sortNumbers(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((one, other) => one - other)
}

/** The values by what `name` calls them, in the order in which the names came. */
export function groupBy<T, K>(values: readonly T[], name: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const value of values) {
    const group = groups.get(name(value))
    if (group) group.push(value)
    else groups.set(name(value), [value])
  }
  return groups
}
