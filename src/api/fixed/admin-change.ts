// What a change of the definitions answers with, when it is not the definition itself.
import type { Saved } from '../../metadata/store.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'

export type ChangeType = ReturnType<typeof addChangeType>

/** Adds the type that deletions and imports answer with. */
export function addChangeType(builder: Builder<Context>) {
  return builder.objectRef<Saved>('MetadataChange').implement({
    description: 'What a change of the definitions did.',
    fields: (t) => ({
      revision: t.exposeInt('revision', { description: 'The revision that holds the change.' }),
      steps: t.stringList({
        description: 'The SQL that changed the tables, in order; of a dry run, that would.',
        resolve: ({ steps }) => [...steps],
      }),
    }),
  })
}
