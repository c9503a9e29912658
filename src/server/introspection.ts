// Introspection: who may ask for it, and an answer that is made in slices between other requests and kept with its schema.
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getOperationAST,
  isObjectType,
} from 'graphql'
import { startSlice } from '../api/slices.ts'
import { isAdmin, type Viewer } from '../auth/viewer.ts'
import type { IntrospectionRule } from '../config/access-settings.ts'
import { fail } from '../errors.ts'

/** A result that may know its text already. */
export type Written = ExecutionResult & Readonly<{ stringify?: () => string }>
export type Introspect = (given: ExecutionArgs) => Promise<Written>

/** Answers kept for each schema, and the most characters of one. */
const mostKept = 4
const longestKept = 32_000_000
/** A type with so many fields is told in slices of its own. */
const manyFields = 50

/** Whether the viewer may look at the schema that is theirs. */
export function mayIntrospect(rule: IntrospectionRule, viewer: Viewer): boolean {
  if (rule === 'everyone') return true
  if (rule === 'nobody') return false
  return rule === 'users' ? viewer.id !== undefined : isAdmin(viewer) || viewer.administrator !== undefined
}

/** The error for those who may not. */
export function refuseIntrospection(viewer: Viewer): GraphQLError {
  const error =
    viewer.id === undefined
      ? fail('UNAUTHENTICATED', 'Log in to look at the schema; strangers are not shown it here')
      : fail('FORBIDDEN', 'You may not look at the schema here')
  return new GraphQLError(error.message, { originalError: error })
}

/** The error without the names that it would suggest, for those who may not look at the schema. */
export function hideSuggestions(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean [^?]*\?/g, '')
  return message === error.message ? error : Object.assign(error, { message })
}

/** Makes what answers; what is asked for in the same words again is not worked out again. */
export function createIntrospector(): Introspect {
  const kept = new WeakMap<GraphQLSchema, Map<string, Promise<Written>>>()
  return async (given) => {
    const key = nameRequest(given)
    if (key === undefined) return await run(given)
    const answers = kept.get(given.schema) ?? new Map<string, Promise<Written>>()
    kept.set(given.schema, answers)
    const known = answers.get(key)
    if (known) return await known
    const answer = run(given).then(write)
    answers.set(key, answer)
    for (const oldest of answers.keys()) if (answers.size > mostKept) answers.delete(oldest)
    const forget = (): boolean => answers.get(key) === answer && answers.delete(key)
    await answer.then((found) => {
      if (found.errors || (found.stringify?.() ?? '').length > longestKept) forget()
    }, forget)
    return await answer
  }
}

/** What makes two requests the same; undefined for one that asks for anything but the schema. */
function nameRequest({ document, operationName, variableValues }: ExecutionArgs): string | undefined {
  const operation = getOperationAST(document, operationName)
  const text = document.loc?.source.body
  const isPure = operation?.selectionSet.selections.every(
    (each) => each.kind === 'Field' && each.name.value.startsWith('__'),
  )
  return isPure && text !== undefined ? JSON.stringify([text, operationName, variableValues]) : undefined
}

async function run(given: ExecutionArgs): Promise<ExecutionResult> {
  return await execute({ ...given, schema: sliceSchema(given.schema) })
}

/** The same schema, whose list of types comes a slice at a time: graphql-js waits for each type before it tells it. */
function sliceSchema(schema: GraphQLSchema): GraphQLSchema {
  const slice = startSlice()
  const getTypeMap = () => {
    const types: Record<string, Promise<GraphQLNamedType>> = {}
    let last: Promise<unknown> = Promise.resolve()
    for (const [name, type] of Object.entries(schema.getTypeMap())) {
      const turn = last.then(slice).then(() => sliceFields(type, slice))
      types[name] = turn
      last = turn
    }
    return types
  }
  const getType = (name: string) => schema.getType(name)
  return Object.create(schema, {
    getTypeMap: { value: getTypeMap },
    getType: { value: getType },
  }) as GraphQLSchema
}

/** Fields of a long list come one after another; whether one is deprecated is asked before it is there. */
function sliceFields(type: GraphQLNamedType, slice: () => Promise<void>): GraphQLNamedType {
  if (!isObjectType(type)) return type
  const fields = Object.entries(type.getFields())
  if (fields.length < manyFields) return type
  const getFields = () => {
    const sliced: Record<string, Promise<GraphQLField<unknown, unknown>>> = {}
    let last: Promise<unknown> = Promise.resolve()
    for (const [name, field] of fields) {
      const turn = last.then(slice).then(() => field)
      sliced[name] = Object.assign(turn, { deprecationReason: field.deprecationReason })
      last = turn
    }
    return sliced
  }
  return Object.create(type, { getFields: { value: getFields } }) as GraphQLNamedType
}

/** Levels of a result below which a part is written in one go: the types, and their fields. */
const levels = 5

async function write(result: ExecutionResult): Promise<Written> {
  if (result.errors) return result
  const slice = startSlice()
  const parts: string[] = []
  for (const part of writeParts({ data: result.data }, levels)) {
    parts.push(part)
    await slice()
  }
  const text = parts.join('')
  return { data: {}, stringify: () => text }
}

function* writeParts(value: unknown, depth: number): Generator<string> {
  if (typeof value !== 'object' || value === null || depth === 0) {
    yield JSON.stringify(value)
    return
  }
  const isList = Array.isArray(value)
  let separator = isList ? '[' : '{'
  for (const [key, item] of Object.entries(value)) {
    yield isList ? separator : `${separator}${JSON.stringify(key)}:`
    yield* writeParts(item, depth - 1)
    separator = ','
  }
  if (separator !== ',') yield separator
  yield isList ? ']' : '}'
}
