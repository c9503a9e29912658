// An app with every kind of relation: invoices with items and tax lines, a letter, tags, and customers with a profile.

/** The definitions as a document spells them. */
export const billing = {
  version: 1,
  entities: [
    {
      name: 'customer',
      fields: [{ name: 'name', type: 'string', required: true }],
    },
    {
      name: 'profile',
      fields: [
        { name: 'customer_id', type: 'uuid' },
        { name: 'phone', type: 'string', required: true },
      ],
    },
    {
      name: 'invoice',
      fields: [
        { name: 'number', type: 'string', required: true, unique: true },
        { name: 'status', type: 'string', default: 'draft', enum: ['draft', 'sent', 'void'] },
        { name: 'customer_id', type: 'uuid' },
        { name: 'note', type: 'text' },
      ],
    },
    {
      name: 'invoice_item',
      fields: [
        { name: 'invoice_id', type: 'uuid', required: true },
        { name: 'description', type: 'string', required: true },
        { name: 'quantity', type: 'int', default: 1 },
      ],
    },
    {
      name: 'tax_line',
      fields: [
        { name: 'invoice_item_id', type: 'uuid', required: true },
        { name: 'name', type: 'string', required: true },
        { name: 'rate', type: 'decimal', precision: 2 },
      ],
    },
    {
      name: 'tag',
      primary_key: { field: 'code', type: 'string', generated: false },
      soft_delete: false,
      fields: [{ name: 'label', type: 'string', required: true, unique: true }],
    },
    {
      name: 'folder',
      primary_key: { field: 'id', type: 'int' },
      fields: [
        { name: 'name', type: 'string', required: true },
        { name: 'parent_id', type: 'int' },
      ],
    },
  ],
  relations: [
    { name: 'profile', type: 'one_to_one', source: 'customer', target: 'profile', target_key: 'customer_id' },
    {
      name: 'invoices',
      type: 'one_to_many',
      source: 'customer',
      target: 'invoice',
      target_key: 'customer_id',
      ownership: 'none',
      on_delete: 'set_null',
    },
    {
      name: 'items',
      type: 'one_to_many',
      source: 'invoice',
      target: 'invoice_item',
      target_key: 'invoice_id',
      on_delete: 'cascade',
    },
    {
      name: 'tax_lines',
      type: 'one_to_many',
      source: 'invoice_item',
      target: 'tax_line',
      target_key: 'invoice_item_id',
      on_delete: 'cascade',
    },
    { name: 'tags', type: 'many_to_many', source: 'invoice', target: 'tag' },
    {
      name: 'folders',
      type: 'one_to_many',
      source: 'folder',
      target: 'folder',
      target_key: 'parent_id',
      inverse: 'parent',
      on_delete: 'cascade',
    },
  ],
}
