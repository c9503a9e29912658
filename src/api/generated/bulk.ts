// The root fields that write many records at once: all of them, or none.
import { GraphQLBoolean, type GraphQLFieldConfig, GraphQLInt, GraphQLList, GraphQLNonNull } from 'graphql'
import type { MatchingPlan } from '../../pipeline/plan.ts'
import { type Filter, isAlwaysTrue } from '../../pipeline/reads/filter.ts'
import type { Written } from '../../pipeline/write.ts'
import type { Context } from '../context.ts'
import { refuse, refuseSize } from './conditions.ts'
import type { EntityTypes } from './entity-types.ts'
import { mutationNames } from './names.ts'
import { planInput, planInputs } from './plans.ts'
import type { Shape } from './shape.ts'
import { readFilter } from './where.ts'
import { writePlan } from './writing.ts'

type Root = GraphQLFieldConfig<unknown, Context>
type Matching = Readonly<{ where: unknown; all?: boolean | null; atMost: number }>

const none: Written = { count: 0, rows: [] }

/** The root fields of an entity that write many records. */
export function buildBulkMutations(types: EntityTypes): readonly (readonly [string, Root | undefined])[] {
  const names = mutationNames(types.shape.entity)
  return [
    [names.createMany, buildCreateMany(types)],
    [names.updateMany, buildUpdateMany(types)],
    [names.deleteMany, buildDeleteMany(types)],
  ]
}

function buildCreateMany({ shape, inputs, bulkResult }: EntityTypes): Root | undefined {
  const { create, read } = shape.view
  if (inputs.create === undefined || create === undefined) return undefined
  const list = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(inputs.create)))
  const description = `Makes ${nameMany(shape)}: all of them, or none when one is refused`
  const args = {
    inputs: { type: list, description: `What each is made of; at most ${shape.limits.writeRows}` },
  }
  if (read === undefined)
    return {
      type: new GraphQLNonNull(GraphQLInt),
      description: `${description}; how many there are`,
      args,
      resolve: async (_root, { inputs: given }, context) => (await createMany(shape, given, context)).count,
    }
  return {
    type: new GraphQLNonNull(bulkResult),
    description,
    args,
    resolve: (_root, { inputs: given }, context) => createMany(shape, given, context),
  }
}

async function createMany(shape: Shape, given: unknown, context: Context): Promise<Written> {
  const inputs: readonly unknown[] = Array.isArray(given) ? given : [given]
  const { writeRows } = shape.limits
  if (inputs.length > writeRows)
    throw refuseSize('inputs', `lists ${inputs.length} records; at most ${writeRows} are allowed`)
  if (inputs.length === 0) return none
  const { entity } = shape
  const records = planInputs(shape, inputs).map(
    (planned) => ({ action: 'create', entity, ...planned }) as const,
  )
  return writePlan(shape, { kind: 'records', records }, context)
}

function buildUpdateMany({ shape, filter, inputs, bulkResult }: EntityTypes): Root | undefined {
  if (inputs.bulk === undefined || shape.view.update === undefined) return undefined
  const { where, all, atMost } = matchingArguments(shape, filter)
  return {
    type: new GraphQLNonNull(bulkResult),
    description: `Changes all ${nameMany(shape)} that a filter holds for, in the same way: all of them or none`,
    args: {
      where,
      all,
      input: { type: new GraphQLNonNull(inputs.bulk), description: 'What changes' },
      atMost,
    },
    resolve: (_root, { input, ...matching }, context) => {
      const plan = planMatching(shape, 'update', matching as Matching, input)
      return writePlan(shape, plan, context)
    },
  }
}

function buildDeleteMany({ shape, filter, bulkResult }: EntityTypes): Root | undefined {
  if (!shape.view.canDelete) return undefined
  return {
    type: new GraphQLNonNull(bulkResult),
    description: `Deletes all ${nameMany(shape)} that a filter holds for: all of them or none`,
    args: matchingArguments(shape, filter),
    resolve: (_root, matching, context) =>
      writePlan(shape, planMatching(shape, 'delete', matching as Matching), context),
  }
}

function matchingArguments(shape: Shape, filter: EntityTypes['filter']) {
  return {
    where: { type: new GraphQLNonNull(filter), description: 'Which records' },
    all: {
      type: GraphQLBoolean,
      defaultValue: false,
      description: `true when the filter is meant to hold for every ${shape.entity.name}`,
    },
    atMost: {
      type: new GraphQLNonNull(GraphQLInt),
      defaultValue: shape.limits.usualBulk,
      description: `Write nothing when there are more; at most ${shape.limits.bulk}`,
    },
  } as const
}

function nameMany({ entity }: Shape): string {
  return entity.plural.replaceAll('_', ' ')
}

function planMatching(
  shape: Shape,
  action: MatchingPlan['action'],
  { where, all, atMost }: Matching,
  input?: unknown,
): MatchingPlan {
  checkAtMost(shape, atMost)
  const filter = readFilter(shape, where)
  if (all !== true) checkNarrow(shape, action, filter)
  return {
    kind: 'matching',
    action,
    entity: shape.entity,
    filter,
    atMost,
    input: planInput(shape, input).input,
  }
}

function checkAtMost({ limits }: Shape, atMost: number): void {
  if (atMost < 1) throw refuse('atMost', `must be at least 1, found ${atMost}`)
  if (atMost > limits.bulk) throw refuseSize('atMost', `must be at most ${limits.bulk}, found ${atMost}`)
}

function checkNarrow({ entity }: Shape, action: MatchingPlan['action'], filter: Filter): void {
  if (!isAlwaysTrue(filter)) return
  throw refuse('where', `holds for every ${entity.name}; add all: true to ${action} them all, or narrow it`)
}
