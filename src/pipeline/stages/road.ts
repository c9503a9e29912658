// The form of a stage, so that stages which start writes of their own can be handed the road; and how one is run.
import { isFollowed, tellWork } from '../../log/work.ts'
import { type Act, nameActor } from './act.ts'
import { listWrites, type Write } from './writes.ts'

/** Sends records down the whole road of a write. */
export type CarryOut = (act: Act, roots: readonly Write[]) => Promise<void>

/** One stage of a write, for all records of some trees. */
export type Stage = Readonly<{
  name: string
  run(act: Act, roots: readonly Write[], carryOut: CarryOut): void | Promise<void>
}>

/** Runs a stage, and notes for whom and how long when somebody traces the write. */
export async function runStage(
  act: Act,
  stage: Stage,
  roots: readonly Write[],
  carryOut: CarryOut,
): Promise<void> {
  const { context } = act
  const started = context.trace && performance.now()
  if (isFollowed())
    await tellWork(
      { kind: 'stage', name: stage.name, facts: {} },
      async () => await stage.run(act, roots, carryOut),
    )
  else await stage.run(act, roots, carryOut)
  if (started === undefined) return
  context.trace?.push({
    stage: stage.name,
    milliseconds: performance.now() - started,
    records: listWrites(roots).map((write) => ({
      path: write.path,
      entity: write.entity.name,
      action: write.action,
      actor: nameActor(context, write.actor),
      ...(stage.name.endsWith('rules') ? { rules: write.asked.splice(0) } : {}),
    })),
  })
}
