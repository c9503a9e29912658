// Collects which stages ran for each record of a write, how long they took and which rules they asked.

/** One stage over some records; `milliseconds` is shared by all of them. */
export type TraceEntry = Readonly<{
  stage: string
  milliseconds: number
  records: readonly Readonly<{
    path: string
    entity: string
    action: string
    actor: string
    rules?: readonly string[]
  }>[]
}>
/** A list that stages add to. */
export type Trace = TraceEntry[]
