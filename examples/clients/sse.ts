// Subscriptions by server-sent events, going on where the last one ended.
import { createClient } from 'graphql-sse'

type Change = { invoiceChanged: { kind: string; cursor: string; node: { number: string } | null } }
const query = 'subscription($after: String) { invoiceChanged(after: $after) { kind cursor node { number } } }'

/** Tells each change behind the cursor; a stream that ends with an error is for the caller to begin again. */
export async function* watchInvoices(url: string, token: string, after?: string) {
  const client = createClient({ url, headers: { authorization: `Bearer ${token}` } })
  for await (const { data, errors } of client.iterate<Change>({ query, variables: { after } })) {
    if (errors?.[0]) throw new Error(errors[0].message)
    if (data) yield data.invoiceChanged
  }
}
