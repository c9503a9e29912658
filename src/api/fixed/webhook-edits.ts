// What the mutations of the admin API do to webhooks.
import { fail, failAll } from '../../errors.ts'
import type { Definitions } from '../../metadata/registry.ts'
import type { Edit } from '../../metadata/store.ts'
import type { StoredWebhook } from '../../metadata/webhook.ts'
import { describe } from '../../reader.ts'

/** Adds a webhook behind the others. */
export function addWebhook(current: Definitions, webhook: StoredWebhook): Edit {
  return { definitions: { ...current, webhooks: [...current.webhooks, webhook] } }
}

/** Puts the new definition in the place of the webhook with its id; the entity stays. */
export function replaceWebhook(current: Definitions, webhook: StoredWebhook): Edit {
  const old = requireWebhook(current, webhook.id)
  for (const key of ['entity', 'event'] as const) {
    if (old[key] === webhook[key]) continue
    const message = `must stay ${describe(old[key])}, found ${describe(webhook[key])}; define another instead`
    throw failAll('VALIDATION_FAILED', [{ path: `input.${key}`, message }])
  }
  const webhooks = current.webhooks.map((each) => (each === old ? webhook : each))
  return { definitions: { ...current, webhooks } }
}

/** Takes a webhook out of the definitions. */
export function removeWebhook(current: Definitions, id: string): Edit {
  const old = requireWebhook(current, id)
  return { definitions: { ...current, webhooks: current.webhooks.filter((each) => each !== old) } }
}

/** The webhook of that id; NOT_FOUND when there is none. */
export function requireWebhook({ webhooks }: Pick<Definitions, 'webhooks'>, id: string): StoredWebhook {
  const webhook = webhooks.find((each) => each.id === id)
  if (webhook === undefined) throw fail('NOT_FOUND', `No webhook has the id ${describe(id)}`)
  return webhook
}
