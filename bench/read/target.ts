// What the servers that are compared have in common: they run as a process of their own and answer the same questions.
import type { Cleanup } from '../cleanup.ts'
import type { Nodes } from '../nodes.ts'

/** What a request asks for; all replies have the same shape, `{ data: { answer } }`. */
export type Operation = 'record' | 'list' | 'walk' | 'items' | 'lastItems'
export type Variables = Readonly<{ id?: string; after?: string | null }>

/** Where and how one server takes its requests. */
export type Address = Readonly<{ port: number; path: string; headers: Readonly<Record<string, string>> }>

/** A server that answers; `plain` names the target on the same Node.js that does the same without what this one adds. */
export type Target = Readonly<{
  name: string
  plain?: string
  node: string
  port: number
  /** Path and headers, with a fresh log-in where one is needed. */
  open(): Promise<Address>
  writeBody(operation: Operation, variables: Variables): string
}>

export type TargetOptions = Readonly<{ nodes: Nodes; folder: string; databaseUrl: string; cleanup: Cleanup }>

export const poolSize = 16

/** The body for a server that takes GraphQL documents. */
export function writeDocument(
  documents: Readonly<Record<Operation, string>>,
): (operation: Operation, variables: Variables) => string {
  return (operation, variables) => JSON.stringify({ query: documents[operation], variables })
}
