// Endpoints in the admin API: new secrets, trying one out, and calling one again that said it was gone.
import { randomUUID } from 'node:crypto'
import type { Row } from '../../database/connect.ts'
import { writeAccountMessage } from '../../effects/account-event.ts'
import { isTaken, sendSigned } from '../../effects/attempt.ts'
import {
  enableEndpoint,
  findGenerations,
  listSecrets,
  type Rotated,
  rotateSecret,
} from '../../effects/endpoint.ts'
import { fail } from '../../errors.ts'
import { entityOf, type Registry } from '../../metadata/registry.ts'
import type { StoredWebhook } from '../../metadata/webhook.ts'
import type { Outcome } from '../../outgoing/send.ts'
import { writeMessage } from '../../pipeline/message.ts'
import { describeUser } from '../../pipeline/user.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'
import { requireWebhook } from './webhook-edits.ts'

const mostHours = 168

/** Adds what can be done with endpoints. */
export function addEndpoints(builder: Builder<Context>): void {
  addRotate(builder)
  addTest(builder)
  builder.mutationField('enableWebhook', (t) =>
    t.boolean({
      access: 'admin',
      description: 'Calls an endpoint again that answered 410. What was given up meanwhile can be replayed.',
      args: {
        id: t.arg.id({ description: 'The id of a webhook; or else' }),
        url: t.arg.string({ description: 'the address that an action calls.' }),
      },
      resolve: async (_, given, context) => {
        await enableEndpoint(context.app.pool, readEndpoint(given, context))
        return true
      },
    }),
  )
}

type Named = Readonly<{ id?: string | number | null | undefined; url?: string | null | undefined }>

/** What the endpoint goes by: the id of a webhook that exists, or an address. */
function readEndpoint({ id, url }: Named, { edition }: Context): string {
  if ((id == null) === (url == null)) throw fail('BAD_USER_INPUT', 'Give either the id of a webhook or a url')
  return id == null ? String(url) : requireWebhook(edition.registry.definitions, String(id)).id
}

function addRotate(builder: Builder<Context>): void {
  const type = builder.objectRef<Rotated>('WebhookSecret').implement({
    description: 'A secret that was just made.',
    fields: (t) => ({
      secret: t.exposeString('secret', {
        description: 'What messages are signed with from now on (Standard Webhooks). It is shown only now.',
      }),
      previousUntil: t.field({
        type: dateTimeType,
        description: 'How long messages are signed with the secret before it too.',
        resolve: ({ previousUntil }) => previousUntil,
      }),
    }),
  })
  builder.mutationField('rotateWebhookSecret', (t) =>
    t.field({
      type,
      access: 'admin',
      description:
        'Makes a new secret for an endpoint. The one before it stays good for a while, older ones end.',
      args: {
        id: t.arg.id({ description: 'The id of a webhook; or else' }),
        url: t.arg.string({ description: 'the address that an action calls.' }),
        overlapHours: t.arg.int({
          required: true,
          defaultValue: 24,
          description: `For how many hours the one before it is good, at most ${mostHours}.`,
        }),
      },
      resolve: async (_, { overlapHours, ...given }, context) => {
        if (overlapHours < 0 || overlapHours > mostHours)
          throw fail('BAD_USER_INPUT', `overlapHours must be from 0 to ${mostHours}, found ${overlapHours}`)
        const { pool, outgoing } = context.app
        return await rotateSecret(pool, outgoing.key, readEndpoint(given, context), overlapHours)
      },
    }),
  )
}

function addTest(builder: Builder<Context>): void {
  const type = builder.objectRef<Outcome>('WebhookTest').implement({
    description: 'What came of a message that was sent to try an endpoint out.',
    fields: (t) => ({
      taken: t.boolean({ description: 'Whether the endpoint answered 2xx.', resolve: isTaken }),
      milliseconds: t.exposeInt('milliseconds', { description: 'How long it took.' }),
      status: t.int({
        nullable: true,
        description: 'The status of the answer, if there was one.',
        resolve: (outcome) => (outcome.kind === 'answered' ? outcome.status : undefined),
      }),
      reply: t.string({
        nullable: true,
        description: "The beginning of the answer, without values of the server's variables.",
        resolve: (outcome) => (outcome.kind === 'answered' ? outcome.text : undefined),
      }),
      error: t.string({
        nullable: true,
        description: 'Why there was no answer.',
        resolve: (outcome) => (outcome.kind === 'failed' ? outcome.reason : undefined),
      }),
    }),
  })
  builder.mutationField('testWebhook', (t) =>
    t.field({
      type,
      access: 'admin',
      description:
        'Sends a message with an empty record and the action `test`, at once and once; it stands in no log.',
      args: { id: t.arg.id({ required: true, description: 'The id of the webhook.' }) },
      resolve: (_, { id }, context) => sendTest(context, String(id)),
    }),
  )
}

/** What a message looks like, about nothing. */
function writeTest(id: string, webhook: StoredWebhook, registry: Registry, user: Row): string {
  const timestamp = new Date().toISOString()
  const { hook, event } = webhook
  if (event !== undefined)
    return writeAccountMessage(id, { event, account: {}, action: 'test' }, user, timestamp)
  const nothing = { action: 'test', record: {}, old: null, version: 0 }
  const entity = entityOf(registry, webhook.entity)
  return writeMessage(id, { event: hook, entity, ...nothing, user, timestamp })
}

async function sendTest({ app, edition, viewer }: Context, webhookId: string): Promise<Outcome> {
  const { registry } = edition
  const webhook = requireWebhook(registry.definitions, webhookId)
  const id = randomUUID()
  const body = writeTest(id, webhook, registry, describeUser(viewer))
  const known = await findGenerations(app.pool, [webhook.id])
  const generations = known.get(webhook.id) ?? { endpoint: webhook.id, generation: 1, hasPrevious: false }
  return await sendSigned(
    app.outgoing,
    { target: webhook, id, body },
    listSecrets(app.outgoing.key, generations),
  )
}
