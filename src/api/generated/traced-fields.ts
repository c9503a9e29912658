// Gives each writing root field a trace of its own, where the request collects traces.
import type { GraphQLFieldConfig, GraphQLFieldConfigMap, GraphQLResolveInfo } from 'graphql'
import type { Trace } from '../../pipeline/trace.ts'
import type { Context } from '../context.ts'

type Fields = GraphQLFieldConfigMap<unknown, Context>
type Field = GraphQLFieldConfig<unknown, Context>

/** The same fields; their resolvers find `trace` in the context when somebody wants to see it. */
export function traceFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, traceField(field)]))
}

function traceField({ resolve, ...field }: Field): Field {
  if (resolve === undefined) return field
  return {
    ...field,
    resolve: (root, input, context, info) =>
      resolve(root, input, context.traces ? openTrace(context, info) : context, info),
  }
}

function openTrace(context: Context, info: GraphQLResolveInfo): Context {
  const trace: Trace = []
  context.traces?.push({ field: String(info.path.key), stages: trace })
  return { ...context, trace }
}
