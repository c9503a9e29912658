// A new invoice with its items, sent as one nested write: all of it is stored, or nothing.
import { useMutation, useQuery } from '@apollo/client/react'
import { type FormEvent, useState } from 'react'
import { Alert, Field, Problem } from './field.tsx'
import { CreateInvoiceDocument, CustomersDocument } from './gql/graphql.ts'
import { type Item, ItemRows, itemFields, newItem } from './item-rows.tsx'
import { noProblems, readProblems } from './problems.ts'

export function NewInvoice() {
  const { data } = useQuery(CustomersDocument)
  const [create, { loading }] = useMutation(CreateInvoiceDocument)
  const [items, setItems] = useState<readonly Item[]>([newItem()])
  const [problems, setProblems] = useState(noProblems)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const input = readInput(new FormData(event.currentTarget), items)
    try {
      const { data } = await create({ variables: { input } })
      location.hash = data?.createInvoice ? `#/invoice/${data.createInvoice.id}` : '#/'
    } catch (error) {
      setProblems(readProblems(error, findPlaces(items)))
    }
  }

  return (
    <form onSubmit={submit} className="card" noValidate>
      <h1>New invoice</h1>
      <Alert texts={problems.rest} />
      <div className="fields">
        <Field label="Number" name="number" problem={problems.at.number} />
        <label className="field">
          <span>Customer</span>
          <select name="customerId" aria-describedby="customerId-problem">
            {data?.customers.nodes.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <Problem name="customerId" text={problems.at.customerId} />
        </label>
        <Field label="Due on" name="dueOn" type="date" problem={problems.at.dueOn} />
        <Field label="Note" name="note" problem={problems.at.note} />
      </div>
      <ItemRows items={items} change={setItems} problems={problems.at} />
      <button type="submit" className="primary" disabled={loading}>
        Create
      </button>
    </form>
  )
}

function readInput(form: FormData, items: readonly Item[]) {
  const text = (name: string): string => String(form.get(name) ?? '')
  const data = items.map(({ description, quantity, unitPrice }, index) => ({
    position: index + 1,
    description,
    quantity: Number(quantity),
    unitPrice: unitPrice || null,
  }))
  return {
    number: text('number'),
    customerId: text('customerId'),
    dueOn: text('dueOn') || null,
    note: text('note') || null,
    items: { data },
  }
}

function findPlaces(items: readonly Item[]): readonly string[] {
  const rows = items.flatMap((_item, index) => itemFields.map((field) => `items.${index}.${field}`))
  return ['number', 'customerId', 'dueOn', 'note', ...rows]
}
