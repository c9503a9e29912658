// The functions of the language, by name: what they take, what they give, and how.
import { dateFunctions } from './date-functions.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { listFunctions } from './list-functions.ts'
import { numberFunctions } from './number-functions.ts'
import { textFunctions } from './text-functions.ts'

const functions: ReadonlyMap<string, FunctionDefinition> = new Map(
  Object.entries({ ...textFunctions, ...numberFunctions, ...listFunctions, ...dateFunctions }),
)

export const functionNames: readonly string[] = [...functions.keys()]

export function findFunction(name: string): FunctionDefinition | undefined {
  return functions.get(name)
}
