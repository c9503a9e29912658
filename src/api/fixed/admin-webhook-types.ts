// How the admin API shows a webhook and how it takes one.
import { findDisabled } from '../../effects/endpoint.ts'
import type { StoredWebhook } from '../../metadata/webhook.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType, jsonType } from './builder.ts'
import { listValues } from './enum-values.ts'

export type WebhookType = ReturnType<typeof addWebhookType>

const descriptions = {
  url: 'The address that is called; https, and public unless the server allows others.',
  headers:
    'Headers that go along, such as `{ "X-Key": "{{env.HOOK_KEY}}" }`; places read what the server lists.',
  condition: 'An expression; only that of which it is true is sent.',
  async: 'Whether it is told after the commit; otherwise the write waits for its answer, which may refuse.',
} as const

/** Adds the enums of webhooks. */
export function addWebhookChoices(builder: Builder<Context>) {
  return {
    hook: builder.enumType('WebhookHook', {
      description: 'When a webhook is called.',
      values: listValues({
        after_write: 'After a record was created, updated or restored.',
        after_delete: 'After a record was deleted.',
        before_write: 'Before that, within the transaction: it may refuse.',
        before_delete: 'Before a record is deleted, within the transaction: it may refuse.',
      }),
    }),
    event: builder.enumType('AccountEvent', {
      description: 'Something that happens to an account.',
      values: listValues({
        invite_created: 'Somebody was invited; the message has the token.',
        password_reset_created: 'Somebody may choose a new password; the message has the token.',
      }),
    }),
    method: builder.enumType('WebhookMethod', {
      description: 'A method of HTTP.',
      values: {
        GET: { description: 'Goes without a body.' },
        POST: { description: 'The usual one.' },
        PUT: { description: 'With the message as its body.' },
        PATCH: { description: 'With the message as its body.' },
        DELETE: { description: 'With the message as its body.' },
      },
    }),
    backoff: builder.enumType('WebhookBackoff', {
      description: 'How the pauses between the tries grow.',
      values: listValues({
        exponential: 'By five: 5 s, 25 s, 2 min, 10 min, 52 min ...',
        linear: 'By a minute: 1 min, 2 min, 3 min ...',
      }),
    }),
  }
}

type WebhookChoices = ReturnType<typeof addWebhookChoices>

/** Adds the type Webhook. */
export function addWebhookType(builder: Builder<Context>, choices: WebhookChoices) {
  const retryType = builder.objectRef<StoredWebhook['retry']>('WebhookRetry').implement({
    description: 'How often a message is tried.',
    fields: (t) => ({
      maxAttempts: t.exposeInt('maxAttempts', { description: 'How often at most.' }),
      backoff: t.field({
        type: choices.backoff,
        description: 'How the pauses grow.',
        resolve: ({ backoff }) => backoff,
      }),
    }),
  })
  return builder.objectRef<StoredWebhook>('Webhook').implement({
    description: 'A webhook as it is in force, every default filled in.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'What updateWebhook and deleteWebhook know it by.' }),
      entity: t.string({
        nullable: true,
        description: 'The entity whose records it is about; null for one of an event.',
        resolve: ({ entity, event }) => (event === undefined ? entity : undefined),
      }),
      event: t.field({
        type: choices.event,
        nullable: true,
        description: 'The event that it is for, when it is not about records.',
        resolve: ({ event }) => event,
      }),
      hook: t.field({
        type: choices.hook,
        nullable: true,
        description: 'When it is called; null for one of an event.',
        resolve: ({ hook, event }) => (event === undefined ? hook : undefined),
      }),
      url: t.exposeString('url', { description: descriptions.url }),
      method: t.field({ type: choices.method, description: 'How.', resolve: ({ method }) => method }),
      headers: t.field({
        type: jsonType,
        description: descriptions.headers,
        resolve: ({ headers }) => headers,
      }),
      condition: t.string({
        nullable: true,
        description: descriptions.condition,
        resolve: ({ condition }) => condition,
      }),
      async: t.exposeBoolean('async', { description: descriptions.async }),
      retry: t.field({
        type: retryType,
        nullable: true,
        description: 'How often a message is tried; null for one that the write waits for.',
        resolve: (webhook) => (webhook.async ? webhook.retry : undefined),
      }),
      active: t.exposeBoolean('active', {
        description: 'Whether it is called; what waits for one that is not is held.',
      }),
      disabledAt: t.field({
        type: dateTimeType,
        nullable: true,
        description: 'Since when it is sent nothing, because it answered 410; enableWebhook changes that.',
        resolve: async ({ id }, _, { app }) => (await findDisabled(app.pool, id)) ?? null,
      }),
    }),
  })
}

/** Adds the input type WebhookInput. */
export function addWebhookInput(builder: Builder<Context>, choices: WebhookChoices) {
  const retryInput = builder.inputType('WebhookRetryInput', {
    description: 'How often a message is tried.',
    fields: (t) => ({
      maxAttempts: t.int({ description: 'How often at most, from 1 to 20; by default 8.' }),
      backoff: t.field({
        type: choices.backoff,
        description: 'How the pauses grow; by default EXPONENTIAL, at most a day.',
      }),
    }),
  })
  return builder.inputType('WebhookInput', {
    description: 'The whole definition of a webhook.',
    fields: (t) => ({
      entity: t.string({ description: 'The entity whose records it is about; or else' }),
      event: t.field({ type: choices.event, description: 'the event that it is for.' }),
      hook: t.field({ type: choices.hook, description: 'When it is called; by default AFTER_WRITE.' }),
      url: t.string({ required: true, description: descriptions.url }),
      method: t.field({ type: choices.method, description: 'How; by default POST.' }),
      headers: t.field({ type: jsonType, description: descriptions.headers }),
      condition: t.string({ description: descriptions.condition }),
      async: t.boolean({ description: `${descriptions.async} By default true after, and false before.` }),
      retry: t.field({ type: retryInput, description: 'For those that are told after the commit.' }),
      active: t.boolean({ description: 'Whether it is called at all; by default true.' }),
    }),
  })
}
