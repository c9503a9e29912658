// The query of what callers without a token may do.
import { type AnonymousRight, listAnonymousRights } from '../../pipeline/rights/anonymous-rights.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'
import type { AdminParts } from './saving.ts'

/** Adds the query anonymousRights. */
export function addAnonymousRights(builder: Builder<Context>, { choices }: AdminParts): void {
  const rightType = builder.objectRef<AnonymousRight>('AnonymousRight').implement({
    description: 'Something that callers without a token may do.',
    fields: (t) => ({
      entity: t.exposeString('entity', { description: 'With the records of this entity.' }),
      action: t.field({
        type: choices.permissionAction,
        description: 'What they may do.',
        resolve: ({ action }) => action,
      }),
      fields: t.stringList({
        nullable: true,
        description: 'The fields that it is about; null means all of them.',
        resolve: ({ fields }) => fields && [...fields],
      }),
      allRecords: t.exposeBoolean('isForAll', {
        description: 'Whether it is about every record, or only about those for which a condition holds.',
      }),
    }),
  })
  builder.queryField('anonymousRights', (t) =>
    t.field({
      type: [rightType],
      access: 'admin',
      description: 'What callers without a token may do, entity by entity; empty when they may do nothing.',
      resolve: (_, _args, { edition }) => [...listAnonymousRights(edition.registry)],
    }),
  )
}
