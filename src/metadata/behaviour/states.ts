// Looks at the states of a machine as a graph; knows nothing of entities.
import { listStates, type StateMachine, type TransitionDefinition } from '../state-machine.ts'

/** The states that no way leads to from the initial one. */
export function findUnreachable(definition: StateMachine['definition']): readonly string[] {
  const reached = new Set([definition.initial])
  // A set that grows while it is walked is walked to its end.
  for (const state of reached)
    for (const { from, to } of definition.transitions) if (from.includes(state)) reached.add(to)
  return listStates(definition).filter((state) => !reached.has(state))
}

/** The transitions that do again what one before them does: the same way, for the same roles, under the same guard. */
export function listRepeated(
  transitions: readonly TransitionDefinition[],
): readonly Readonly<{ index: number; message: string }>[] {
  const first = new Map<string, number>()
  return transitions.flatMap((transition, index) => {
    const repeated = transition.from.flatMap((from) => {
      const key = tellApart(from, transition)
      const earlier = first.get(key)
      if (earlier === undefined) first.set(key, index)
      return earlier === undefined ? [] : [{ from, earlier }]
    })
    return repeated.slice(0, 1).map(({ from, earlier }) => ({
      index,
      message: `repeats transitions[${earlier}]: from "${from}" to "${transition.to}" with the same roles and guard`,
    }))
  })
}

function tellApart(from: string, { to, roles, guard, relatedLoad }: TransitionDefinition): string {
  return JSON.stringify([from, to, [...roles].sort(), guard, relatedLoad])
}
