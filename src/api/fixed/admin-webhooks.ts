// Webhooks in the admin API: what is defined, and defining, changing and deleting one.
import { randomUUID } from 'node:crypto'
import { enableEndpoint, writeFirstSecret } from '../../effects/endpoint.ts'
import { failAll } from '../../errors.ts'
import { sortWebhooks } from '../../metadata/order.ts'
import { nameWebhook, readWebhook, type StoredWebhook, type Webhook } from '../../metadata/webhook.ts'
import { findReachProblems } from '../../metadata/webhook-reach.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import {
  addWebhookChoices,
  addWebhookInput,
  addWebhookType,
  type WebhookType,
} from './admin-webhook-types.ts'
import type { Builder } from './builder.ts'
import { locateInInput, readDefinitionInput, toDefinition } from './definition-input.ts'
import { type AdminParts, refuseOvertaken, revisionDescription, saveChange } from './saving.ts'
import { addWebhook, removeWebhook, replaceWebhook } from './webhook-edits.ts'

type WebhookInput = ReturnType<typeof addWebhookInput>

const idDescription = 'The id of the webhook.'

/** Adds the webhooks and what can be done with their definitions. */
export function addWebhooks(builder: Builder<Context>, parts: AdminParts): WebhookType {
  const choices = addWebhookChoices(builder)
  const type = addWebhookType(builder, choices)
  const input = addWebhookInput(builder, choices)
  addQueries(builder, type)
  addCreate(builder, parts, type, input)
  addUpdate(builder, parts, type, input)
  addDelete(builder, parts)
  return type
}

function addQueries(builder: Builder<Context>, type: WebhookType): void {
  builder.queryField('webhooks', (t) =>
    t.field({
      type: [type],
      access: 'admin',
      description: 'The webhooks, entity by entity, as they were defined.',
      args: { entity: t.arg.string({ description: 'Only those of this entity.' }) },
      resolve: (_, { entity }, { edition }) =>
        sortWebhooks(edition.registry.definitions).filter(
          (webhook) => typeof entity !== 'string' || webhook.entity === entity,
        ),
    }),
  )
  builder.queryField('webhook', (t) =>
    t.field({
      type,
      nullable: true,
      access: 'admin',
      description: 'One webhook; null when there is none of that id.',
      args: { id: t.arg.id({ required: true, description: idDescription }) },
      resolve: (_, { id }, { edition }) =>
        edition.registry.definitions.webhooks.find((webhook) => webhook.id === id),
    }),
  )
}

function addCreate(
  builder: Builder<Context>,
  { hooks }: AdminParts,
  type: WebhookType,
  input: WebhookInput,
): void {
  type Made = Readonly<{ webhook: StoredWebhook; secret: string }>
  const newType = builder.objectRef<Made>('NewWebhook').implement({
    description: 'A webhook that was just defined.',
    fields: (t) => ({
      webhook: t.field({ type, description: 'The webhook.', resolve: ({ webhook }) => webhook }),
      secret: t.exposeString('secret', {
        description: 'What its messages are signed with (Standard Webhooks). It is shown only now.',
      }),
    }),
  })
  builder.mutationField('createWebhook', (t) =>
    t.field({
      type: newType,
      access: 'admin',
      description: 'Defines a webhook. What was written before is not told.',
      args: {
        input: t.arg({ type: input, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
      },
      resolve: async (_, { input: given, expectRevision }, context) => {
        const webhook: StoredWebhook = { ...readInput(given, context), id: randomUUID() }
        await saveChange(context, hooks, {
          edit: (current) => addWebhook(current, webhook),
          locate: locateInInput('webhook', nameWebhook(webhook)),
          expectRevision,
        })
        const secret = writeFirstSecret(context.app.outgoing.key, webhook.id)
        return { webhook: findSaved(context, webhook.id), secret }
      },
    }),
  )
}

function addUpdate(
  builder: Builder<Context>,
  { hooks }: AdminParts,
  type: WebhookType,
  input: WebhookInput,
): void {
  builder.mutationField('updateWebhook', (t) =>
    t.field({
      type,
      access: 'admin',
      description:
        'Puts a new definition in the place of the old one. What waits is sent as it says, and one that was disabled is called again.',
      args: {
        id: t.arg.id({ required: true, description: idDescription }),
        input: t.arg({ type: input, required: true, description: 'The whole new definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
      },
      resolve: async (_, { id, input: given, expectRevision }, context) => {
        const webhook: StoredWebhook = { ...readInput(given, context), id: String(id) }
        await saveChange(context, hooks, {
          edit: (current) => replaceWebhook(current, webhook),
          locate: locateInInput('webhook', nameWebhook(webhook)),
          expectRevision,
        })
        await enableEndpoint(context.app.pool, webhook.id)
        return findSaved(context, webhook.id)
      },
    }),
  )
}

/** What the server itself has to say of a definition is said with the rest of its problems. */
function readInput(given: Readonly<Record<string, unknown>>, { app }: Context): Webhook {
  const webhook = readDefinitionInput({ ...given, retry: toDefinition(given.retry) }, readWebhook)
  const problems = findReachProblems(webhook, 'input', app.outgoing.reach)
  if (problems.length > 0) throw failAll('VALIDATION_FAILED', problems)
  return webhook
}

/** The webhook as this instance serves it now. */
function findSaved({ app }: Context, id: string): StoredWebhook {
  const webhook = app.readEdition().registry.definitions.webhooks.find((each) => each.id === id)
  if (webhook === undefined) throw refuseOvertaken(`The webhook ${describe(id)}`)
  return webhook
}

function addDelete(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deleteWebhook', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description: 'Takes a webhook out of the definitions. What waits for it is not sent any more.',
      args: {
        id: t.arg.id({ required: true, description: idDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
      },
      resolve: async (_, { id, expectRevision }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removeWebhook(current, String(id)),
          expectRevision,
        }),
    }),
  )
}
