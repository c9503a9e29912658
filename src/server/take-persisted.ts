// Has Yoga run the documents that requests name by an id.
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { AppError } from '../errors.ts'
import type { Named, Persisted } from './persisted.ts'

/** A plugin for the data API; an address may name a document too. */
export function takePersisted<C extends Record<string, unknown>>(
  persisted: Persisted,
): Plugin<Record<never, never>, C> {
  return {
    onParams({ params, request, setParams }) {
      const { documentId, ...others } = params as typeof params & Named
      const asked = documentId ?? new URL(request.url).searchParams.get('documentId')
      const text = findText(persisted, { ...others, documentId: asked })
      setParams(text === undefined ? others : { ...others, query: text })
    },
  }
}

function findText(persisted: Persisted, named: Named): string | undefined {
  try {
    return persisted.findText(named)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new GraphQLError(error.message, { originalError: error })
  }
}
