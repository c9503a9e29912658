// Looks at the steps of a workflow as a graph: every way leads to a step, every step is reached, every loop waits.
import { describe, joinPath, suggest } from '../../reader.ts'
import { end, type Step } from './step.ts'

/** A problem of the steps; `path` begins with `steps`. */
export type StepProblem = Readonly<{ path: string; message: string }>

/** A way out of a step, under the key that names it. */
type Way = Readonly<{ key: string; to: string }>
type Steps = ReadonlyMap<string, Step>

/** Everything that is wrong with how the steps hang together; what is looked at later is whole when nothing is. */
export function findGraphProblems(steps: readonly Step[]): readonly StepProblem[] {
  const misnamed = [...findTwice(steps), ...findUnknown(steps)]
  if (misnamed.length > 0 || steps.length === 0) return misnamed
  const byId = new Map(steps.map((step) => [step.id, step]))
  const nested = findInnerLoops(steps, byId)
  return [...findUnreached(steps, byId), ...nested, ...(nested.length > 0 ? [] : findEndless(steps, byId))]
}

function findTwice(steps: readonly Step[]): readonly StepProblem[] {
  return steps.flatMap(({ id }, index) => {
    const first = steps.findIndex((step) => step.id === id)
    if (first === index) return []
    const message = `is taken by steps[${first}]: ${describe(id)}`
    return [{ path: `${place(index)}.id`, message }]
  })
}

function findUnknown(steps: readonly Step[]): readonly StepProblem[] {
  const ids = steps.map(({ id }) => id)
  return steps.flatMap((step, index) =>
    listWays(step)
      .filter(({ to }) => to !== end && !ids.includes(to))
      .map(({ key, to }) => ({
        path: joinPath(place(index), key),
        message: `names no step: ${describe(to)}${suggest(to, [...ids, end])}`,
      })),
  )
}

function place(index: number): string {
  return joinPath('steps', index)
}

/** All ways out of a step, in the order in which they are written. */
function listWays(step: Step): readonly Way[] {
  switch (step.type) {
    case 'action':
      return [{ key: 'then', to: step.next }]
    case 'condition':
      return [
        { key: 'on_true', to: step.onTrue },
        { key: 'on_false', to: step.onFalse },
      ]
    case 'approval':
      return [
        { key: 'on_approve', to: step.onApprove },
        { key: 'on_reject', to: step.onReject },
        ...wayOnTimeout(step),
      ]
    case 'wait':
      return [{ key: 'then', to: step.next }, ...wayOnTimeout(step)]
    case 'parallel':
      return [
        ...step.branches.map((to, index) => ({ key: joinPath('branches', index), to })),
        { key: 'then', to: step.next },
      ]
  }
}

function wayOnTimeout({ onTimeout }: Readonly<{ onTimeout?: string }>): readonly Way[] {
  return onTimeout === undefined ? [] : [{ key: 'on_timeout', to: onTimeout }]
}

/** The steps that can be reached from some by the ways that `list` tells, themselves among them, and the end. */
function reach(
  from: readonly string[],
  steps: Steps,
  list: (step: Step) => readonly Way[],
): ReadonlySet<string> {
  const reached = new Set(from)
  // A set that grows while it is walked is walked to its end.
  for (const id of reached) {
    const step = steps.get(id)
    for (const { to } of step ? list(step) : []) reached.add(to)
  }
  return reached
}

function findUnreached(steps: readonly Step[], byId: Steps): readonly StepProblem[] {
  const first = steps[0]?.id ?? end
  const reached = reach([first], byId, listWays)
  return steps.flatMap(({ id }, index) => {
    if (reached.has(id)) return []
    const message = `cannot be reached: no way leads from the first step, ${describe(first)}, to ${describe(id)}`
    return [{ path: place(index), message }]
  })
}

/** A branch that led back to its own parallel step would start itself again and again, each within the other. */
function findInnerLoops(steps: readonly Step[], byId: Steps): readonly StepProblem[] {
  return steps.flatMap((step, index) => {
    if (step.type !== 'parallel') return []
    return step.branches.flatMap((branch, at) =>
      reach([branch], byId, listWays).has(step.id)
        ? [
            {
              path: joinPath(joinPath(place(index), 'branches'), at),
              message: `leads back to ${describe(step.id)}, of which it is a branch; let it lead to ${end}`,
            },
          ]
        : [],
    )
  })
}

/** Loops without a waiting step, each told once, of the step in it that stands first. */
function findEndless(steps: readonly Step[], byId: Steps): readonly StepProblem[] {
  const told = new Set<string>()
  const listSwift = buildSwift(byId)
  return steps.flatMap((step, index) => {
    const way = told.has(step.id) ? undefined : findWayBack(step, byId, listSwift)
    if (way === undefined) return []
    for (const id of way) told.add(id)
    const message = `goes in a loop that never waits: ${[...way, step.id].join(' > ')}; put an approval or a wait into it`
    return [{ path: place(index), message }]
  })
}

type ListWays = (step: Step) => readonly Way[]

/** The steps from one back to itself, when nothing on the way waits. */
function findWayBack(start: Step, steps: Steps, listSwift: ListWays): readonly string[] | undefined {
  const seen = new Set<string>()
  const open: (readonly string[])[] = [[start.id]]
  for (let way = open.pop(); way; way = open.pop()) {
    const step = steps.get(way.at(-1) ?? '')
    for (const { to } of step ? listSwift(step) : []) {
      if (to === start.id) return way
      if (seen.has(to)) continue
      seen.add(to)
      open.push([...way, to])
    }
  }
  return undefined
}

/** Lists the ways that are gone at once. A parallel step goes on at once when enough of its branches come to their end so. */
function buildSwift(steps: Steps): ListWays {
  const known = new Map<string, boolean>()
  const mayPass = ({ id, mode, branches }: Extract<Step, { type: 'parallel' }>): boolean => {
    const isSwift = (branch: string): boolean => reach([branch], steps, listOuter).has(end)
    const passes = known.get(id) ?? (mode === 'all' ? branches.every(isSwift) : branches.some(isSwift))
    known.set(id, passes)
    return passes
  }
  const listSwift = (step: Step): readonly Way[] => {
    if (step.type === 'approval' || step.type === 'wait') return []
    if (step.type !== 'parallel' || mayPass(step)) return listWays(step)
    return listWays(step).filter(({ key }) => key !== 'then')
  }
  // The ends of inner branches are not those of the branch that is looked at.
  const listOuter = (step: Step): readonly Way[] =>
    step.type === 'parallel' ? listSwift(step).filter(({ key }) => key === 'then') : listSwift(step)
  return listSwift
}
