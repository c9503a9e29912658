// The definitions behind the written tables, as a document; everything not said is Metaloom's default.

const fields = [
  { name: 'number', type: 'string', required: true },
  { name: 'quantity', type: 'int', required: true },
  { name: 'amount', type: 'decimal', precision: 2, required: true },
  { name: 'paid', type: 'boolean', required: true },
  { name: 'booked_at', type: 'timestamp', required: true },
  { name: 'note', type: 'text', required: true },
  { name: 'customer_id', type: 'uuid', required: true },
]
const orderFields = [
  ...fields,
  { name: 'status', type: 'string', default: 'draft', enum: ['draft', 'sent'] },
  { name: 'sent_at', type: 'timestamp' },
]

const stamp = [{ type: 'set_field', field: 'sent_at', value: 'now' }]

/** The role of a caller who is no administrator: policies decide. */
export const clerk = 'clerk'

/** An order has neither rules nor a machine; a checked order is the same with three rules, a machine and a policy. */
export const definitions = {
  version: 1,
  entities: [
    { name: 'customer', fields: [{ name: 'name', type: 'string', required: true }] },
    { name: 'entry', fields },
    { name: 'plain_order', fields: orderFields },
    { name: 'checked_order', fields: orderFields },
  ],
  relations: ['entry', 'plain_order', 'checked_order'].map((target) => ({
    name: `${target}_list`,
    type: 'one_to_many',
    source: 'customer',
    target,
    target_key: 'customer_id',
    inverse: 'customer',
  })),
  rules: [
    writeExpression('entry', 'record.amount < 0'),
    writeExpression('checked_order', 'record.amount < 0'),
    writeExpression('checked_order', 'record.paid && record.amount == 0'),
    {
      entity: 'checked_order',
      hook: 'before_write',
      type: 'field',
      definition: { field: 'number', operator: 'min_length', value: 3, message: 'Number is too short' },
    },
  ],
  state_machines: [
    {
      entity: 'checked_order',
      field: 'status',
      definition: {
        initial: 'draft',
        transitions: [
          { from: 'draft', to: 'sent', actions: stamp },
          { from: 'sent', to: 'draft', actions: stamp },
        ],
      },
    },
  ],
  permissions: [
    { entity: 'customer', action: 'read', roles: [clerk] },
    { entity: 'entry', action: 'read', roles: [clerk] },
    { entity: 'entry', action: 'create', roles: [clerk], expression: 'record.amount < 1000000' },
    { entity: 'checked_order', action: 'read', roles: [clerk] },
    { entity: 'checked_order', action: 'update', roles: [clerk], expression: 'record.amount < 1000000' },
  ],
}

function writeExpression(entity: string, expression: string) {
  const definition = { expression, message: 'The amount is wrong', field: 'amount' }
  return { entity, hook: 'before_write', type: 'expression', definition }
}
