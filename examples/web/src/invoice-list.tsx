// The list: page by page with cursors, filtered, searched, and told of every change.
import { useQuery, useSubscription } from '@apollo/client/react'
import { useEffect, useState } from 'react'
import { Alert } from './field.tsx'
import { InvoiceChangedDocument, InvoicesDocument, type InvoicesQueryVariables } from './gql/graphql.ts'
import { Status, type StatusName, statuses } from './status.tsx'

const size = 5
type Page = Partial<Pick<InvoicesQueryVariables, 'first' | 'after' | 'last' | 'before'>>
const firstPage: Page = { first: size }

export function InvoiceList() {
  const [page, setPage] = useState(firstPage)
  const [status, setStatus] = useState<StatusName | ''>('')
  const [search, setSearch] = useState('')
  const variables = { ...page, where: status ? { status: { eq: status } } : null, search: search || null }
  const { data, previousData, error, refetch } = useQuery(InvoicesDocument, {
    variables,
    fetchPolicy: 'cache-and-network',
  })
  // Rows that are shown change by themselves, since the cache knows them by their id; others may come and go.
  const { error: end, restart } = useSubscription(InvoiceChangedDocument, { onData: () => void refetch() })
  // A stream ends with its token and with changed definitions: go on, and look at what was missed.
  useEffect(() => {
    if (!end) return
    const pause = setTimeout(() => {
      restart()
      void refetch()
    }, 1_000)
    return () => clearTimeout(pause)
  }, [end, restart, refetch])
  const invoices = (data ?? previousData)?.invoices
  return (
    <>
      <search className="filters">
        <label>
          <span>Status</span>
          <select
            value={status}
            onChange={({ target }) => {
              setStatus(target.value as StatusName | '')
              setPage(firstPage)
            }}
          >
            <option value="">All</option>
            {statuses.map((each) => (
              <option key={each} value={each}>
                {each.toLowerCase()}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Search the notes</span>
          <input
            type="search"
            value={search}
            onChange={({ target }) => {
              setSearch(target.value)
              setPage(firstPage)
            }}
          />
        </label>
      </search>
      <Alert texts={error ? [error.message] : []} />
      <table className="card">
        <thead>
          <tr>
            <th>Number</th>
            <th>Customer</th>
            <th>Status</th>
            <th className="number">Total</th>
          </tr>
        </thead>
        <tbody>
          {invoices?.nodes.map(({ id, number, customer, status, total }) => (
            <tr key={id}>
              <td>
                <a href={`#/invoice/${id}`}>{number}</a>
              </td>
              <td>{customer?.name}</td>
              <td>
                <Status name={status} />
              </td>
              <td className="number">{total}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <nav className="pages" aria-label="Pages">
        <button
          type="button"
          disabled={!invoices?.pageInfo.hasPreviousPage}
          onClick={() => setPage({ last: size, before: invoices?.pageInfo.startCursor })}
        >
          Previous
        </button>
        <output>{invoices ? `${invoices.totalCount} invoices` : 'Loading …'}</output>
        <button
          type="button"
          disabled={!invoices?.pageInfo.hasNextPage}
          onClick={() => setPage({ first: size, after: invoices?.pageInfo.endCursor })}
        >
          Next
        </button>
      </nav>
    </>
  )
}
