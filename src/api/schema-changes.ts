// How one schema differs from another, and what each difference means for those who use it.
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import type { GraphQLSchema } from 'graphql'

export type Criticality = 'breaking' | 'dangerous' | 'safe'
/** One difference; `path` is such as `Invoice.total`. */
export type SchemaChange = Readonly<{ criticality: Criticality; path: string | undefined; message: string }>

const criticalities: Readonly<Record<CriticalityLevel, Criticality>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
}
const order: readonly Criticality[] = ['breaking', 'dangerous', 'safe']

/** All differences, those that break clients first. */
export async function compareSchemas(
  before: GraphQLSchema,
  after: GraphQLSchema,
): Promise<readonly SchemaChange[]> {
  const found = (await diff(before, after)).map(({ criticality, path, message }) => ({
    criticality: criticalities[criticality.level],
    path,
    message,
  }))
  return found.toSorted((one, other) => order.indexOf(one.criticality) - order.indexOf(other.criticality))
}
