// Export and import of all definitions of an app as one document.
import { failAll } from '../../errors.ts'
import { type MetadataDocument, parseText, readDocument, writeDocument } from '../../metadata/document.ts'
import { planImport } from '../../metadata/import.ts'
import { findReachProblems } from '../../metadata/webhook-reach.ts'
import { readWild } from '../../metadata/wild/read.ts'
import type { Reach } from '../../outgoing/send.ts'
import { dump } from '../../pipeline/dump.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'
import { type AdminParts, reasonDescription, revisionDescription, saveChange } from './saving.ts'

/** Adds exportMetadata and importMetadata. */
export function addDocument(builder: Builder<Context>, parts: AdminParts): void {
  addExport(builder, parts)
  addImport(builder, parts)
}

function addExport(builder: Builder<Context>, { choices }: AdminParts): void {
  builder.queryField('exportMetadata', (t) =>
    t.string({
      access: 'admin',
      description:
        'All definitions as one document that importMetadata reads; the same definitions give the same text.',
      args: {
        format: t.arg({
          type: choices.documentFormat,
          required: true,
          defaultValue: 'yaml',
          description: 'How the document is written.',
        }),
        withData: t.arg.boolean({
          required: true,
          defaultValue: false,
          description:
            'Whether the live rows go with it, as sample_data; at most 100,000 of them, and 16 MB.',
        }),
      },
      resolve: async (_, { format, withData }, { app, edition }) => {
        const rows = withData ? await dump(app.pool, edition.registry) : undefined
        return writeDocument(edition.registry.definitions, format, rows)
      },
    }),
  )
}

function addImport(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('importMetadata', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Adds and changes what a document defines: all of it, or nothing and every problem with its path.',
      args: {
        document: t.arg.string({ required: true, description: 'The document, as YAML or JSON.' }),
        dryRun: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether to try everything and keep nothing.',
        }),
        prune: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether definitions that the document does not have go; tables stay.',
        }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { document: text, dryRun, prune, expectRevision, reason }, context) => {
        const wild = readWild(parseText(text))
        const document = readDocument(wild.document)
        checkReach(document, context.app.outgoing.reach)
        const saved = await saveChange(context, hooks, {
          ...planImport(document, prune),
          sampleData: document.sampleData,
          dryRun,
          expectRevision,
          reason,
        })
        return { ...saved, warnings: wild.warnings }
      },
    }),
  )
}

/** Refuses webhooks that this server would not send. */
function checkReach({ webhooks }: MetadataDocument, reach: Reach): void {
  const problems = webhooks.flatMap((webhook, index) =>
    findReachProblems(webhook, `webhooks[${index}]`, reach),
  )
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
}
