// The items of an invoice that is being written.
import { Field } from './field.tsx'
import type { Problems } from './problems.ts'

export const itemFields = ['description', 'quantity', 'unitPrice'] as const
type ItemField = (typeof itemFields)[number]
/** `key` tells React which row is which while rows come and go. */
export type Item = Readonly<Record<ItemField, string> & { key: string }>

export function newItem(): Item {
  return { key: crypto.randomUUID(), description: '', quantity: '1', unitPrice: '' }
}

const labels = { description: 'Description', quantity: 'Quantity', unitPrice: 'Unit price' } as const

type Props = Readonly<{
  items: readonly Item[]
  change: (items: readonly Item[]) => void
  problems: Problems['at']
}>

export function ItemRows({ items, change, problems }: Props) {
  const put = (index: number, field: ItemField, value: string) =>
    change(items.map((item, at) => (at === index ? { ...item, [field]: value } : item)))
  return (
    <fieldset>
      <legend>Items</legend>
      {items.map((item, index) => (
        <div key={item.key} className="item">
          {itemFields.map((field) => (
            <Field
              key={field}
              label={labels[field]}
              name={`items.${index}.${field}`}
              inputMode={field === 'description' ? 'text' : 'decimal'}
              value={item[field]}
              problem={problems[`items.${index}.${field}`]}
              onChange={({ target }) => put(index, field, target.value)}
            />
          ))}
          <button
            type="button"
            aria-label={`Remove item ${index + 1}`}
            onClick={() => change(items.filter(({ key }) => key !== item.key))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" onClick={() => change([...items, newItem()])}>
        Add an item
      </button>
    </fieldset>
  )
}
