// The one mutation of goal S6 in its forms: an order goes to and fro between two states, one request at a time.
import { type Account, logIn } from '../read/targets/metaloom.ts'
import { openHttp, type Senders } from './contestant.ts'
import { makeKey } from './entries.ts'

export type Change = Readonly<{ name: string; entity: string; order: number; account: Account }>

const states = ['SENT', 'DRAFT']

/** The same change of the same fields: of a plain order, of a checked one, and of that by a clerk whom a policy allows it. */
export function listChanges(admin: Account, clerk?: Account): readonly Change[] {
  return [
    { name: 'no rules, no machine', entity: 'PlainOrder', order: 0, account: admin },
    { name: '3 rules and a transition', entity: 'CheckedOrder', order: 0, account: admin },
    ...(clerk
      ? [{ name: '3 rules, a transition and a policy', entity: 'CheckedOrder', order: 1, account: clerk }]
      : []),
  ]
}

/** One client, whose every request is a transition: the first goes to SENT. */
export async function openChange({ entity, order, account }: Change, port: number): Promise<Senders> {
  const query = `mutation ($id: ID!, $input: ${entity}UpdateInput!) {
    answer: update${entity}(id: $id, input: $input) { id quantity sentAt }
  }`
  const id = makeKey(`order${order}`)
  const bodies = states.map((status, index) =>
    JSON.stringify({ query, variables: { id, input: { status, quantity: index + 1 } } }),
  )
  return await openHttp(await logIn(account, port), bodies, 1, (answer) => {
    const { quantity } = answer as { quantity: unknown }
    if (quantity !== 1) throw new Error(`The order was not changed: ${JSON.stringify(answer)}`)
  })
}
