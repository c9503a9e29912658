// How the admin API shows what becomes of a definition, in the history and in a plan.
import type { Changed } from '../../metadata/definition-diff.ts'
import { kinds } from '../../metadata/definition-kinds.ts'
import { listDifferences } from '../../metadata/difference.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

export type ChangedType = ReturnType<typeof addChangedType>

/** Adds the type MetadataDefinitionChange. */
export function addChangedType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Changed>('MetadataDefinitionChange').implement({
    description: 'What became of one definition.',
    fields: (t) => ({
      kind: t.field({
        type: choices.definitionKind,
        description: 'What it defines.',
        resolve: ({ list }) => kinds[list].kind,
      }),
      name: t.string({
        description: 'What it is called, or was before it went.',
        resolve: ({ list, before, after }) => kinds[list].nameRow(after ?? before ?? {}),
      }),
      before: t.field({
        type: jsonType,
        nullable: true,
        description: 'As a document spelled it before; null when it came.',
        resolve: ({ before }) => before?.definition,
      }),
      after: t.field({
        type: jsonType,
        nullable: true,
        description: 'As a document spells it after; null when it went.',
        resolve: ({ after }) => after?.definition,
      }),
      paths: t.stringList({
        description: 'Where the two differ, such as `fields.total.precision`; empty when it came or went.',
        resolve: ({ before, after }) => [...listDifferences(before?.definition, after?.definition)],
      }),
    }),
  })
}
