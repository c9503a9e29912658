// What the webhooks of an entity come to: sorted by when they are called, their conditions compiled, once per registry.
import type { Environment } from './expression/expression.ts'
import type { StoredWebhook, WebhookHook } from './webhook.ts'

/** A webhook that can be asked whether it is for something that happened. */
export type ReadyWebhook = StoredWebhook &
  Readonly<{
    usesNow: boolean
    /** Throws ExpressionError when the condition has no answer. */
    applies(environment: Environment): boolean
  }>

/** The active webhooks of an entity. */
export type Webhooks = Readonly<{
  /** Called within the transaction, which waits for their answers. */
  asked: Readonly<Record<WebhookHook, readonly ReadyWebhook[]>>
  /** Told after the commit. */
  told: Readonly<Record<'after_write' | 'after_delete', readonly ReadyWebhook[]>>
}>

/** Nobody is called. */
export const noWebhooks: Webhooks = Object.freeze({
  asked: { before_write: [], before_delete: [], after_write: [], after_delete: [] },
  told: { after_write: [], after_delete: [] },
})
