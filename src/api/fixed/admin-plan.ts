// A plan in the admin API: what an import would do to tables, to the data API and to what leans on both.
import type { Problem } from '../../errors.ts'
import { parseText, readDocument } from '../../metadata/document.ts'
import { planImport } from '../../metadata/import.ts'
import { hashPlan, type MetadataPlan, planChange } from '../../metadata/plan.ts'
import type { PlannedStep } from '../../metadata/tables/lock.ts'
import { readWild } from '../../metadata/wild/read.ts'
import type { Context } from '../context.ts'
import { type Criticality, compareApis, type SchemaChange } from '../schema-changes.ts'
import { findUnreachable } from './admin-document.ts'
import type { Builder } from './builder.ts'
import { listValues } from './enum-values.ts'
import type { AdminHooks, AdminParts } from './saving.ts'

/** A plan as it is shown. */
type Shown = MetadataPlan &
  Readonly<{ hash: string | undefined; warnings: readonly Problem[]; schemaChanges: readonly SchemaChange[] }>

/** Adds the query planMetadata. */
export function addPlan(builder: Builder<Context>, parts: AdminParts): void {
  const planType = addPlanType(builder, parts)
  builder.queryField('planMetadata', (t) =>
    t.field({
      type: planType,
      access: 'admin',
      description:
        'What importMetadata would do with a document, worked out without keeping anybody out; rows are looked at only by the import, or its dry run.',
      args: {
        document: t.arg.string({ required: true, description: 'The document, as YAML or JSON.' }),
        prune: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Whether definitions that the document does not have go; tables stay.',
        }),
      },
      resolve: (_, { document, prune }, context) => makePlan(context, parts.hooks, document, prune),
    }),
  )
}

async function makePlan(
  { app }: Context,
  { verify, buildSchema }: AdminHooks,
  text: string,
  prune: boolean,
): Promise<Shown> {
  const wild = readWild(parseText(text))
  const document = readDocument(wild.document)
  const { edit, locate } = planImport(document, prune)
  const plan = await planChange(app.pool, edit, { verify, locate })
  const { before, after } = plan
  const problems = [...findUnreachable(document, app.outgoing.reach), ...plan.problems]
  const promised = {
    revision: before.revision,
    definitions: after.definitions,
    sampleData: document.sampleData,
  }
  return {
    ...plan,
    problems,
    hash: problems.length > 0 ? undefined : hashPlan(promised),
    warnings: wild.warnings,
    schemaChanges: problems.length > 0 ? [] : await compareApis(before, after, buildSchema),
  }
}

function addPlanType(builder: Builder<Context>, { changedType, warningType }: AdminParts) {
  const stepType = addStepType(builder)
  const schemaChangeType = addSchemaChangeType(builder)
  return builder.objectRef<Shown>('MetadataPlan').implement({
    description: 'What an import would do.',
    fields: (t) => ({
      revision: t.int({
        description: 'The revision that it would change.',
        resolve: ({ before }) => before.revision,
      }),
      hash: t.exposeString('hash', {
        nullable: true,
        description: 'For importMetadata, which then does this or nothing; null when there are problems.',
      }),
      problems: t.field({
        type: [warningType],
        description:
          'Why the import would be refused: what does not fit, and the expressions, permissions and relations that would break.',
        resolve: ({ problems }) => [...problems],
      }),
      warnings: t.field({
        type: [warningType],
        description: 'What of an older document is read otherwise than it is written.',
        resolve: ({ warnings }) => [...warnings],
      }),
      changes: t.field({
        type: [changedType],
        description: 'The definitions that would come, change or go.',
        resolve: ({ changes }) => [...changes],
      }),
      steps: t.field({
        type: [stepType],
        description: 'The SQL that would run, in order and in one transaction.',
        resolve: ({ steps }) => [...steps],
      }),
      schemaChanges: t.field({
        type: [schemaChangeType],
        description: 'How the data API of administrators would change, what breaks clients first.',
        args: {
          first: t.arg.int({ required: true, defaultValue: 100, description: 'How many, at most 1,000.' }),
        },
        resolve: ({ schemaChanges }, { first }) =>
          schemaChanges.slice(0, Math.min(Math.max(first, 0), 1_000)),
      }),
      schemaChangeCount: t.int({
        description: 'How many changes of the data API there are in all.',
        resolve: ({ schemaChanges }) => schemaChanges.length,
      }),
    }),
  })
}

function addStepType(builder: Builder<Context>) {
  return builder.objectRef<PlannedStep>('MetadataStep').implement({
    description: 'A statement of a plan.',
    fields: (t) => ({
      sql: t.exposeString('sql', { description: 'The statement; a select looks for rows in the way.' }),
      tables: t.stringList({
        description: 'The tables that it locks, until the import is done.',
        resolve: ({ tables }) => [...tables],
      }),
      lock: t.exposeString('lock', {
        nullable: true,
        description:
          'How, in the words of PostgreSQL: ACCESS EXCLUSIVE keeps readers out, SHARE and SHARE ROW EXCLUSIVE only those who write; null for a new table.',
      }),
      rows: t.exposeFloat('rows', { description: 'About how many rows the first table has.' }),
    }),
  })
}

function addSchemaChangeType(builder: Builder<Context>) {
  const meanings: Readonly<Record<Criticality, string>> = {
    breaking: 'Requests that worked are refused or answer otherwise.',
    dangerous: 'Requests still work, but clients may meet what they do not expect.',
    safe: 'Clients need not know.',
  }
  const criticality = builder.enumType('SchemaChangeCriticality', {
    description: 'What a change of the data API means for clients.',
    values: listValues(meanings),
  })
  return builder.objectRef<SchemaChange>('SchemaChange').implement({
    description: 'A change of the data API.',
    fields: (t) => ({
      criticality: t.field({
        type: criticality,
        description: 'What it means for clients.',
        resolve: (change) => change.criticality,
      }),
      path: t.exposeString('path', {
        nullable: true,
        description: 'Where in the schema, such as `Invoice.total`.',
      }),
      message: t.exposeString('message', { description: 'What changes.' }),
    }),
  })
}
