// How the admin API shows the explanation of an access.
import type { ExplainedClause, ExplainedPolicy, Explanation } from '../../pipeline/explain.ts'
import type { Context } from '../context.ts'
import type { Builder } from './builder.ts'

/** An explanation, with the caller whom it is about and the id of the permission that is not saved. */
export type ShownExplanation = Explanation &
  Readonly<{ roles: readonly string[]; isAdmin: boolean; isActive: boolean; unsavedId: string }>

/** Adds the type AccessExplanation. */
export function addExplanationType(builder: Builder<Context>) {
  const policyType = addPolicyType(builder)
  return builder.objectRef<ShownExplanation>('AccessExplanation').implement({
    description: 'What somebody may do, and why. What is said of a record is null when none was named.',
    fields: (t) => ({
      roles: t.stringList({
        description: 'The roles of the caller.',
        resolve: ({ roles }) => [...roles],
      }),
      isAdmin: t.exposeBoolean('isAdmin', { description: 'Whether the caller passes all permissions.' }),
      active: t.exposeBoolean('isActive', {
        description: 'False of a user who is deactivated, and so is not let in whatever the permissions say.',
      }),
      found: t.boolean({
        nullable: true,
        description: 'Whether there is such a record at all.',
        resolve: ({ verdict }) => verdict?.isFound,
      }),
      deleted: t.boolean({
        nullable: true,
        description: 'Whether it has been deleted; DELETE is then about restoring it.',
        resolve: ({ verdict }) => verdict?.isDeleted,
      }),
      visible: t.boolean({
        nullable: true,
        description: 'Whether the caller can see it.',
        resolve: ({ verdict }) => verdict?.isVisible,
      }),
      allowed: t.boolean({
        nullable: true,
        description:
          'Whether the caller may do it with the record as it is; CREATE: whether the caller could have made it so.',
        resolve: ({ verdict }) => verdict?.isAllowed,
      }),
      fields: t.stringList({
        description: 'The fields that the caller can read or give; of this record, or of any.',
        resolve: ({ fields }) => [...fields],
      }),
      filter: t.exposeString('filter', {
        description: 'The permissions of the roles as one expression: true of the records that they are for.',
      }),
      policies: t.field({
        type: [policyType],
        description: 'All permissions of the entity for this action, those of other roles too.',
        resolve: ({ policies, unsavedId }) => policies.map((each) => ({ ...each, unsavedId })),
      }),
    }),
  })
}

function addPolicyType(builder: Builder<Context>) {
  const clauseType = addClauseType(builder)
  return builder
    .objectRef<ExplainedPolicy & Pick<ShownExplanation, 'unsavedId'>>('ExplainedPermission')
    .implement({
      description: 'A permission, and what it says of the record.',
      fields: (t) => ({
        id: t.id({
          nullable: true,
          description: 'The id of the permission; null for the one that is not saved.',
          resolve: ({ policy, unsavedId }) => (policy.id === unsavedId ? undefined : policy.id),
        }),
        roles: t.stringList({
          description: 'Who it is for.',
          resolve: ({ policy }) => [...policy.roles],
        }),
        matchesRoles: t.exposeBoolean('isMatched', { description: 'Whether the caller has one of them.' }),
        holds: t.exposeBoolean('holds', {
          nullable: true,
          description: 'Whether all its clauses are true of the record.',
        }),
        clauses: t.field({
          type: [clauseType],
          description: 'Its conditions and its expression.',
          resolve: ({ clauses }) => [...clauses],
        }),
        fields: t.stringList({
          nullable: true,
          description: 'The fields that it is for; null means all of them.',
          resolve: ({ policy }) => policy.fields && [...policy.fields],
        }),
      }),
    })
}

function addClauseType(builder: Builder<Context>) {
  return builder.objectRef<ExplainedClause>('ExplainedClause').implement({
    description: 'A condition, written as an expression, or the expression of a permission.',
    fields: (t) => ({
      text: t.exposeString('text', { description: 'What it says.' }),
      holds: t.exposeBoolean('holds', { nullable: true, description: 'Whether it is true of the record.' }),
      problem: t.exposeString('problem', {
        nullable: true,
        description: 'Why it has no answer, which counts as false.',
      }),
    }),
  })
}
