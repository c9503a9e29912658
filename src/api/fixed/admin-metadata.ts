// The state of an app's definitions as a whole: their revision, and what could not be read of them.
import { printSchema } from 'graphql'
import type { Quarantined, Registry } from '../../metadata/registry.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'
import type { AdminParts } from './saving.ts'

/** Adds the queries metadata and schema. */
export function addMetadata(builder: Builder<Context>, { choices }: AdminParts): void {
  const quarantinedType = builder.objectRef<Quarantined>('QuarantinedDefinition').implement({
    description: 'A stored definition that could not be read or does not fit; the app serves without it.',
    fields: (t) => ({
      kind: t.field({
        type: choices.definitionKind,
        description: 'What it defines.',
        resolve: ({ kind }) => kind,
      }),
      name: t.exposeString('name', {
        description:
          'The name of the entity, `source.name` of a relation, `entity.name` (or its id) of a rule, `entity.field` of a machine, `entity.id` of a permission.',
      }),
      messages: t.field({
        type: ['String'],
        description: 'What is wrong with it.',
        resolve: ({ messages }) => [...messages],
      }),
    }),
  })
  const metadataType = builder.objectRef<Registry>('Metadata').implement({
    description: 'The definitions of an app as a whole.',
    fields: (t) => ({
      revision: t.exposeInt('revision', { description: 'How often the definitions have changed.' }),
      quarantined: t.field({
        type: [quarantinedType],
        description: 'Stored definitions that the app serves without.',
        resolve: ({ quarantined }) => [...quarantined],
      }),
    }),
  })
  builder.queryField('metadata', (t) =>
    t.field({
      type: metadataType,
      access: 'admin',
      description: 'The definitions as a whole.',
      resolve: (_, _args, { edition }) => edition.registry,
    }),
  )
  builder.queryField('schema', (t) =>
    t.field({
      type: 'String',
      access: 'admin',
      description: 'The data API as callers with these roles see it, in the schema definition language.',
      args: {
        roles: t.arg.stringList({
          required: true,
          description:
            'Role names; `anonymous` for a caller without a token. Those that no definition names change nothing.',
        }),
      },
      resolve: async (_, { roles }, { edition }) =>
        printSchema(await edition.findSchema(roles.map((role) => role.toLowerCase()))),
    }),
  )
}
