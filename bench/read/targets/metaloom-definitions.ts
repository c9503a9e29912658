// The definitions behind the measured tables, in the admin API's spelling; everything not said is Metaloom's default.

export const entities = [
  {
    name: 'customer',
    fields: [
      { name: 'name', type: 'STRING', required: true },
      { name: 'email', type: 'STRING', required: true },
    ],
  },
  {
    name: 'invoice',
    fields: [
      { name: 'number', type: 'STRING', required: true },
      { name: 'status', type: 'STRING', required: true },
      { name: 'total', type: 'DECIMAL', precision: 2, required: true },
      { name: 'created_at', type: 'TIMESTAMP', auto: 'CREATE' },
      { name: 'customer_id', type: 'UUID', required: true },
    ],
  },
  {
    name: 'invoice_item',
    fields: [
      { name: 'description', type: 'STRING', required: true },
      { name: 'quantity', type: 'INT', required: true },
      { name: 'unit_price', type: 'DECIMAL', precision: 2, required: true },
      { name: 'invoice_id', type: 'UUID', required: true },
    ],
  },
] as const

/** Conditions on every row that is read, each with a value of the caller's own; all rows meet them, so that all answers stay the same. */
export const permissions = [
  {
    entity: 'customer',
    conditions: [{ field: 'name', operator: 'NEQ', value: '{{user.attributes.hidden}}' }],
  },
  {
    entity: 'invoice',
    conditions: [{ field: 'status', operator: 'IN', value: '{{user.attributes.statuses}}' }],
  },
  {
    entity: 'invoice_item',
    conditions: [{ field: 'quantity', operator: 'LTE', value: '{{user.attributes.most}}' }],
  },
] as const

/** The caller for whom they are. */
export const clerk = {
  roles: ['clerk'],
  attributes: { hidden: 'Nobody', statuses: ['draft', 'sent', 'paid', 'void'], most: 9 },
} as const

export const relations = [
  {
    name: 'invoices',
    type: 'ONE_TO_MANY',
    source: 'customer',
    target: 'invoice',
    targetKey: 'customer_id',
    inverse: 'customer',
  },
  {
    name: 'items',
    type: 'ONE_TO_MANY',
    source: 'invoice',
    target: 'invoice_item',
    targetKey: 'invoice_id',
    inverse: 'invoice',
    onDelete: 'CASCADE',
  },
] as const
