// The audit log of an app in its admin API: what was written, by whom and in which request.
import { type AuditQuery, findAuditLog } from '../../pipeline/reads/audit-log.ts'
import { type CursorScope, readCursor, writeCursor } from '../../pipeline/reads/cursor.ts'
import type { AuditAction, AuditEntry, Entries } from '../../pipeline/reads/history.ts'
import { checkSize, fixedPage } from '../../pipeline/reads/page.ts'
import type { App, Context } from '../context.ts'
import { type Builder, dateTimeType, jsonType } from './builder.ts'
import { listValues } from './enum-values.ts'

/** Entries, and what their cursors are signed with. */
type AuditPage = Entries & Readonly<{ scope: CursorScope }>

/** Adds the query auditLog. */
export function addAudit(builder: Builder<Context>): void {
  const action = addAction(builder)
  const pageType = addPageType(builder, addEntryType(builder, action))
  const { usual, most } = fixedPage
  builder.queryField('auditLog', (t) =>
    t.field({
      type: pageType,
      access: 'admin',
      description: 'What was written to records, newest first; arguments that are given must all hold.',
      args: {
        entity: t.arg.string({ description: 'The name of an entity, which need not exist any more.' }),
        recordId: t.arg.string({ description: 'The key of a record; best given with its entity.' }),
        userId: t.arg.string({ description: 'The id of the user who caused it.' }),
        requestId: t.arg.string({ description: 'The id of the request.' }),
        actions: t.arg({ type: [action], description: 'What happened.' }),
        since: t.arg({ type: dateTimeType, description: 'At this moment or after it.' }),
        until: t.arg({ type: dateTimeType, description: 'Before this moment.' }),
        first: t.arg.int({
          required: true,
          defaultValue: usual,
          description: `How many entries, at most ${most}.`,
        }),
        after: t.arg.string({ description: 'Only entries behind this endCursor, which is older ones.' }),
      },
      resolve: (_, { first, after, ...query }, { app }) => findPage(app, query, first, after),
    }),
  )
}

async function findPage(
  app: App,
  query: Omit<AuditQuery, 'before' | 'size'>,
  size: number,
  after: string | null | undefined,
): Promise<AuditPage> {
  checkSize('first', size, fixedPage)
  const scope = { key: app.cursorKey, order: 'audit log' }
  const before = after == null ? undefined : readCursor(scope, after, 'after')[0]
  return { ...(await findAuditLog(app.pool, { ...query, before, size })), scope }
}

function addAction(builder: Builder<Context>) {
  const descriptions: Readonly<Record<AuditAction, string>> = {
    create: 'A record was made.',
    update: 'Fields of a record changed.',
    delete: 'A record was deleted.',
    restore: 'A deleted record came back.',
    purge: 'A deleted record went for good.',
  }
  return builder.enumType('AuditAction', {
    description: 'What happened to a record.',
    values: listValues(descriptions),
  })
}

function addPageType(builder: Builder<Context>, entryType: ReturnType<typeof addEntryType>) {
  return builder.objectRef<AuditPage>('AuditLogPage').implement({
    description: 'A page of the audit log, newest entries first.',
    fields: (t) => ({
      nodes: t.field({
        type: [entryType],
        description: 'The entries of the page.',
        resolve: ({ entries }) => [...entries],
      }),
      hasNextPage: t.exposeBoolean('hasMore', { description: 'Whether older entries follow.' }),
      endCursor: t.string({
        nullable: true,
        description: 'Where the page ends, good for after; null on an empty page.',
        resolve: ({ entries, scope }) => {
          const last = entries.at(-1)
          return last ? writeCursor(scope, [last.id]) : null
        },
      }),
    }),
  })
}

function addEntryType(builder: Builder<Context>, action: ReturnType<typeof addAction>) {
  return builder.objectRef<AuditEntry>('AuditEntry').implement({
    description: 'What was written of one record at one moment.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the entry; later ones are greater.' }),
      at: t.field({
        type: dateTimeType,
        description: 'When the transaction began that wrote it.',
        resolve: ({ at }) => at,
      }),
      entity: t.exposeString('entity', { description: 'The entity, as it was called then.' }),
      recordId: t.exposeString('recordId', { description: 'The key of the record.' }),
      version: t.exposeInt('version', { description: 'The _version that the record had then.' }),
      action: t.field({
        type: action,
        description: 'What happened.',
        resolve: (entry) => entry.action,
      }),
      changed: t.field({
        type: ['String'],
        description: 'The fields that were set, by their names in the definitions.',
        resolve: ({ changed }) => [...changed],
      }),
      old: t.field({
        type: jsonType,
        nullable: true,
        description: 'The record before, without secrets; null where there was none.',
        resolve: ({ old }) => old,
      }),
      new: t.field({
        type: jsonType,
        nullable: true,
        description: 'The record after, without secrets; null where it was deleted.',
        resolve: (entry) => entry.new,
      }),
      actor: t.exposeString('actor', {
        description: 'Who did it: `user:<id>`, `anonymous`, or `system:<what>` in the wake of someone.',
      }),
      userId: t.exposeID('userId', {
        nullable: true,
        description: 'The user who caused it; null without a token.',
      }),
      requestId: t.exposeString('requestId', { description: 'The id of the request.' }),
    }),
  })
}
