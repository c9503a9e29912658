// What a change of the definitions answers with, when it is not the definition itself.
import type { Problem } from '../../errors.ts'
import type { Saved } from '../../metadata/store.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'

type Change = Saved & Readonly<{ warnings?: readonly Problem[] }>
export type ChangeType = ReturnType<typeof addChangeType>

export type WarningType = ReturnType<typeof addWarningType>

/** Adds the type of what is said of a place in a document. */
export function addWarningType(builder: Builder<Context>) {
  return builder.objectRef<Problem>('MetadataNotice').implement({
    description: 'What is to be said of a place in a document.',
    fields: (t) => ({
      path: t.exposeString('path', { description: 'Where in the document it stands.' }),
      message: t.exposeString('message', { description: 'What is to be said.' }),
    }),
  })
}

/** Adds the type that deletions and imports answer with. */
export function addChangeType(builder: Builder<Context>, warningType: WarningType) {
  return builder.objectRef<Change>('MetadataChange').implement({
    description: 'What a change of the definitions did.',
    fields: (t) => ({
      revision: t.exposeInt('revision', { description: 'The revision that holds the change.' }),
      steps: t.stringList({
        description: 'The SQL that changed the tables, in order; of a dry run, that would.',
        resolve: ({ steps }) => [...steps],
      }),
      warnings: t.field({
        type: [warningType],
        description: 'What of an older document was read otherwise than it is written.',
        resolve: ({ warnings = [] }) => [...warnings],
      }),
    }),
  })
}
