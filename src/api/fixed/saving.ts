// The road of every mutation that changes definitions: edit, check, commit, and wait until this instance serves the result.
import type { GraphQLSchema } from 'graphql'
import { nameViewer } from '../../auth/viewer.ts'
import type { Sql } from '../../database/connect.ts'
import { type AppError, fail } from '../../errors.ts'
import { nameProblem } from '../../metadata/definition-kinds.ts'
import type { SampleRows } from '../../metadata/document.ts'
import type { Author } from '../../metadata/history.ts'
import type { DefinitionProblem, Definitions, Registry } from '../../metadata/registry.ts'
import { type Edit, type Saved, saveMetadata } from '../../metadata/store.ts'
import { seed } from '../../pipeline/seed.ts'
import { isStorable } from '../../reader.ts'
import type { Context } from '../context.ts'
import type { ChangeType, WarningType } from './admin-change.ts'
import type { ChangedType } from './admin-changed.ts'
import type { Choices } from './admin-choices.ts'
import type { LoadTypes } from './admin-rule-types.ts'

/** What the admin API is handed: to check and to see what the data API would make of definitions. */
export type AdminHooks = Readonly<{
  verify(registry: Registry): readonly DefinitionProblem[]
  /** The data API that administrators have by these definitions. */
  buildSchema(registry: Registry): Promise<GraphQLSchema>
}>

/** What the parts of the admin API share. */
export type AdminParts = Readonly<{
  choices: Choices
  changeType: ChangeType
  warningType: WarningType
  changedType: ChangedType
  loadTypes: LoadTypes
  hooks: AdminHooks
}>

/** A change of the definitions, as a mutation asks for it. */
export type Change = Readonly<{
  edit(current: Definitions): Edit
  /** Where in the client's input a problem stands; a problem elsewhere is named by its definition. */
  locate?(problem: DefinitionProblem): string | undefined
  expectRevision?: number | null | undefined
  /** Why, for the history. */
  reason?: string | null | undefined
  dryRun?: boolean
  sampleData?: SampleRows | undefined
  /** Throws unless the definitions that come of the revision are those that were meant. */
  confirm?(revision: number, after: Registry): void
}>

/** What the argument `expectRevision` means, wherever it stands. */
export const revisionDescription =
  'Refuses with CONFLICT when the definitions are at another revision than this.'

/** What the argument `reason` means, wherever it stands. */
export const reasonDescription = 'Why the definitions change, for metadataHistory; at most 1,000 characters.'

/** Saves a change. When it returns, no request that begins later on this instance sees older definitions. */
export async function saveChange(context: Context, hooks: AdminHooks, change: Change): Promise<Saved> {
  const { app } = context
  const { edit, locate, expectRevision, dryRun, sampleData } = change
  const within = (sql: Sql, registry: Registry): Promise<void> => seed(sql, registry, sampleData ?? {})
  return await saveMetadata(app.pool, edit, {
    verify: hooks.verify,
    locate: (problem) => locate?.(problem) ?? nameProblem(problem),
    author: writeAuthor(context, change.reason),
    afterCommit: app.reload,
    dryRun: dryRun ?? false,
    ...(change.confirm ? { confirm: change.confirm } : {}),
    ...(typeof expectRevision === 'number' ? { expectRevision } : {}),
    within,
  })
}

const mostReason = 1_000

function writeAuthor({ viewer, requestId }: Context, reason: string | null | undefined): Author {
  if (typeof reason === 'string' && (reason.length > mostReason || !isStorable(reason)))
    throw fail('BAD_USER_INPUT', `reason must be text of at most ${mostReason} characters without NUL`)
  return {
    name: nameViewer(viewer),
    requestId,
    ...(viewer.id === undefined ? {} : { userId: viewer.id }),
    ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
  }
}

/** The error when somebody else changed what was just saved before it could be shown. */
export function refuseOvertaken(subject: string): AppError {
  return fail('CONFLICT', `${subject} was saved, and deleted by another request at once`)
}
