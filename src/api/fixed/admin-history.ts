// The history of an app's definitions in the admin API: what changed, by whom and why, and the way back.
import { findHistory, type HistoryEntry } from '../../metadata/history.ts'
import { planRollback } from '../../metadata/rollback.ts'
import { type CursorScope, readCursor, writeCursor } from '../../pipeline/reads/cursor.ts'
import { checkSize, fixedPage } from '../../pipeline/reads/page.ts'
import type { App, Context } from '../context.ts'
import type { ChangedType } from './admin-changed.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { type AdminParts, reasonDescription, revisionDescription, saveChange } from './saving.ts'

/** Entries, and what their cursors are signed with. */
type HistoryPage = Readonly<{ entries: readonly HistoryEntry[]; hasMore: boolean; scope: CursorScope }>

/** Adds metadataHistory and rollbackMetadata. */
export function addHistory(builder: Builder<Context>, parts: AdminParts): void {
  addHistoryQuery(builder, parts)
  addRollback(builder, parts)
}

function addHistoryQuery(builder: Builder<Context>, { changedType }: AdminParts): void {
  const pageType = addPageType(builder, addEntryType(builder, changedType))
  const { usual, most } = fixedPage
  builder.queryField('metadataHistory', (t) =>
    t.field({
      type: pageType,
      access: 'admin',
      description: 'What became of the definitions, newest changes first.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: usual,
          description: `How many changes, at most ${most}.`,
        }),
        after: t.arg.string({ description: 'Only changes behind this endCursor, which is older ones.' }),
      },
      resolve: (_, { first, after }, { app }) => findPage(app, first, after),
    }),
  )
}

async function findPage(app: App, size: number, after: string | null | undefined): Promise<HistoryPage> {
  checkSize('first', size, fixedPage)
  const scope = { key: app.cursorKey, order: 'metadata history' }
  const before = after == null ? undefined : Number(readCursor(scope, after, 'after')[0])
  return { ...(await findHistory(app.pool, { ...(before === undefined ? {} : { before }), size })), scope }
}

function addPageType(builder: Builder<Context>, entryType: ReturnType<typeof addEntryType>) {
  return builder.objectRef<HistoryPage>('MetadataHistoryPage').implement({
    description: 'A page of the history, newest changes first.',
    fields: (t) => ({
      nodes: t.field({
        type: [entryType],
        description: 'The changes of the page.',
        resolve: ({ entries }) => [...entries],
      }),
      hasNextPage: t.exposeBoolean('hasMore', { description: 'Whether older changes follow.' }),
      endCursor: t.string({
        nullable: true,
        description: 'Where the page ends, good for after; null on an empty page.',
        resolve: ({ entries, scope }) => {
          const last = entries.at(-1)
          return last ? writeCursor(scope, [String(last.revision)]) : null
        },
      }),
    }),
  })
}

function addEntryType(builder: Builder<Context>, changedType: ChangedType) {
  return builder.objectRef<HistoryEntry>('MetadataHistoryEntry').implement({
    description: 'One change of the definitions.',
    fields: (t) => ({
      revision: t.exposeInt('revision', { description: 'The revision that it made.' }),
      at: t.field({
        type: dateTimeType,
        description: 'When its transaction began.',
        resolve: ({ at }) => at,
      }),
      author: t.exposeString('author', {
        description: 'Who did it: `user:<id>`, another origin in its place, or `system:<what>`.',
      }),
      userId: t.exposeID('userId', { nullable: true, description: 'The id of whoever did it.' }),
      requestId: t.exposeString('requestId', { nullable: true, description: 'The id of the request.' }),
      reason: t.exposeString('reason', { nullable: true, description: 'Why, as it was said.' }),
      changes: t.field({
        type: [changedType],
        description: 'The definitions that came, changed or went.',
        resolve: ({ changes }) => [...changes],
      }),
      steps: t.stringList({
        description: 'The SQL that changed the tables, in order.',
        resolve: ({ steps }) => [...steps],
      }),
    }),
  })
}

function addRollback(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('rollbackMetadata', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description:
        'Makes the definitions what they were at a revision, as a new change. Warnings name what was dropped since and comes back empty; tables and columns that are not defined then stay, out of reach.',
      args: {
        revision: t.arg.int({ required: true, description: 'The revision to go back to.' }),
        dryRun: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether to try everything and keep nothing.',
        }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { revision, dryRun, expectRevision, reason }, context) => {
        const { from, edit, losses } = await planRollback(context.app.pool, revision)
        const saved = await saveChange(context, hooks, {
          edit,
          dryRun,
          expectRevision: expectRevision ?? from,
          reason: reason ?? `Back to revision ${revision}`,
        })
        return { ...saved, warnings: losses }
      },
    }),
  )
}
