// Where an invoice stands, as a coloured word.
import type { InvoiceRowFragment } from './gql/graphql.ts'

export type StatusName = InvoiceRowFragment['status']
export const statuses: readonly StatusName[] = ['DRAFT', 'SENT', 'PAID', 'VOID']

export function Status({ name }: Readonly<{ name: StatusName }>) {
  return <span className={`status ${name.toLowerCase()}`}>{name.toLowerCase()}</span>
}
