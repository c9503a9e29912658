// Export and import of all definitions of an app as one document.
import { fail, failAll, type Problem } from '../../errors.ts'
import {
  type MetadataDocument,
  parseText,
  readDocument,
  type SampleRows,
  writeDocument,
} from '../../metadata/document.ts'
import { planImport } from '../../metadata/import.ts'
import { hashPlan } from '../../metadata/plan.ts'
import type { Registry } from '../../metadata/registry.ts'
import { findReachProblems } from '../../metadata/webhook-reach.ts'
import { readWild } from '../../metadata/wild/read.ts'
import type { Reach } from '../../outgoing/send.ts'
import { dump } from '../../pipeline/reads/dump.ts'
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
        planHash: t.arg.string({
          description: 'The hash of a plan; refuses with CONFLICT when anything else would come of it now.',
        }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { document: text, planHash, ...asked }, context) => {
        const wild = readWild(parseText(text))
        const document = readDocument(wild.document)
        const unreachable = findUnreachable(document, context.app.outgoing.reach)
        if (unreachable.length > 0) throw failAll('VALIDATION_FAILED', unreachable)
        const { sampleData } = document
        const saved = await saveChange(context, hooks, {
          ...planImport(document, asked.prune),
          ...asked,
          sampleData,
          ...(typeof planHash === 'string' ? { confirm: confirmPlan(planHash, sampleData) } : {}),
        })
        return { ...saved, warnings: wild.warnings }
      },
    }),
  )
}

/** The webhooks of a document that this server would not send. */
export function findUnreachable({ webhooks }: MetadataDocument, reach: Reach): readonly Problem[] {
  return webhooks.flatMap((webhook, index) => findReachProblems(webhook, `webhooks[${index}]`, reach))
}

/** Throws unless what comes of the revision is what was planned. */
function confirmPlan(planHash: string, sampleData: SampleRows) {
  return (revision: number, { definitions }: Registry): void => {
    if (hashPlan({ revision, definitions, sampleData }) !== planHash)
      throw fail(
        'CONFLICT',
        `This is not what was planned: the document is another one, or the definitions have changed since (they are at revision ${revision}); plan again`,
      )
  }
}
