// An app of leave requests that are approved by workflows.

/** The definitions as a document spells them; `workflows` are those of the test. */
export function leaveApp(workflows: readonly unknown[], permissions: readonly unknown[] = []) {
  return {
    version: 1,
    entities: [
      {
        name: 'leave_request',
        fields: [
          { name: 'days', type: 'int', required: true },
          { name: 'reason', type: 'text' },
          { name: 'status', type: 'string', enum: ['draft', 'pending', 'approved', 'rejected'] },
          { name: 'manager_id', type: 'uuid' },
          { name: 'decided_at', type: 'timestamp' },
          { name: 'is_hidden', type: 'boolean', default: false },
        ],
      },
      {
        name: 'letter',
        fields: [
          { name: 'text', type: 'text', required: true },
          { name: 'days', type: 'int' },
        ],
      },
    ],
    state_machines: [
      {
        entity: 'leave_request',
        field: 'status',
        definition: {
          initial: 'draft',
          transitions: [
            { from: 'draft', to: 'pending' },
            { from: 'pending', to: 'draft', actions: [{ type: 'send_event', event: 'taken_back' }] },
            { from: 'pending', to: 'approved', roles: ['nobody'] },
            { from: 'pending', to: 'rejected', roles: ['nobody'] },
          ],
        },
      },
    ],
    workflows,
    permissions,
  }
}

const goto = (step: string) => ({ goto: step })

/** The workflow of the contract: short leave is approved at once, long leave by a manager. */
export const leaveApproval = {
  name: 'leave_approval',
  trigger: { type: 'state_change', entity: 'leave_request', field: 'status', to: 'pending' },
  context: { record_id: 'trigger.record_id', days: 'trigger.record.days' },
  steps: [
    {
      id: 'check',
      type: 'condition',
      expression: 'context.days > 5',
      on_true: goto('manager'),
      on_false: goto('approve'),
    },
    {
      id: 'manager',
      type: 'approval',
      assignee: { type: 'role', role: 'manager' },
      timeout: '48h',
      on_approve: goto('approve'),
      on_reject: goto('reject'),
      on_timeout: goto('reject'),
    },
    {
      id: 'approve',
      type: 'action',
      actions: [
        {
          type: 'set_field',
          entity: 'leave_request',
          record_id: 'context.record_id',
          field: 'status',
          value: 'approved',
        },
        { type: 'set_field', field: 'decided_at', value: 'now' },
        {
          type: 'create_record',
          entity: 'letter',
          values: { text: 'Granted', days: { expression: 'context.days' } },
        },
      ],
      then: goto('end'),
    },
    {
      id: 'reject',
      type: 'action',
      actions: [{ type: 'set_field', field: 'status', value: 'rejected' }],
      then: goto('end'),
    },
  ],
}
