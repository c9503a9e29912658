// One invoice: its items, the states that it may go to, and its document.
import { useMutation, useQuery } from '@apollo/client/react'
import { DocumentUpload } from './document-upload.tsx'
import { Alert } from './field.tsx'
import { InvoiceDocument, type InvoiceQuery, MoveInvoiceDocument } from './gql/graphql.ts'
import { Status } from './status.tsx'

type Invoice = NonNullable<InvoiceQuery['invoice']>

export function InvoicePage({ id }: Readonly<{ id: string }>) {
  const { data, error } = useQuery(InvoiceDocument, { variables: { id }, fetchPolicy: 'cache-and-network' })
  if (error) return <Alert texts={[error.message]} />
  if (!data) return <output>Loading …</output>
  if (!data.invoice) return <p>There is no such invoice, or you may not see it.</p>
  const { number, customer, status, total, note, dueOn, items } = data.invoice
  return (
    <article className="card">
      <h1>
        Invoice {number} <Status name={status} />
      </h1>
      <p>
        {customer?.name}
        {dueOn && ` · due on ${dueOn}`}
      </p>
      {note && <p className="note">{note}</p>}
      <table>
        <thead>
          <tr>
            <th>Description</th>
            <th className="number">Quantity</th>
            <th className="number">Unit price</th>
          </tr>
        </thead>
        <tbody>
          {items.nodes.map(({ id, description, quantity, unitPrice }) => (
            <tr key={id}>
              <td>{description}</td>
              <td className="number">{quantity}</td>
              <td className="number">{unitPrice}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th colSpan={2}>Total</th>
            <td className="number">{total}</td>
          </tr>
        </tfoot>
      </table>
      <Moves invoice={data.invoice} />
      <DocumentUpload invoice={data.invoice} />
    </article>
  )
}

const words = { SENT: 'Send', PAID: 'Mark as paid', VOID: 'Void' } as const

/** A button for each state that the record offers; what stands in the way is told beside it. */
function Moves({ invoice: { id, _version, transitions } }: Readonly<{ invoice: Invoice }>) {
  const [move, { loading, error }] = useMutation(MoveInvoiceDocument)
  return (
    <section aria-label="Next steps" className="moves">
      {transitions.map(({ to, allowed, reason }) => (
        <span key={to}>
          <button
            type="button"
            disabled={!allowed || loading}
            onClick={() => move({ variables: { id, to, version: _version } }).catch(() => undefined)}
          >
            {words[to]}
          </button>
          {reason && <small> {reason}</small>}
        </span>
      ))}
      <Alert texts={error ? [error.message] : []} />
    </section>
  )
}
