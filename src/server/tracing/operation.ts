// How an operation is called in traces.
import type { OperationDefinitionNode } from 'graphql'
import type { Work } from '../../log/work.ts'

/** The work of one operation; its own name is a fact, since clients choose it. */
export function describeOperation({ operation, name }: OperationDefinitionNode): Work {
  const facts = {
    'graphql.operation.type': operation,
    ...(name ? { 'graphql.operation.name': name.value } : {}),
  }
  return { kind: 'operation', name: `GraphQL ${operation}`, facts }
}
