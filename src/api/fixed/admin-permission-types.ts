// How the admin API shows a permission and how it takes one.
import type { PermissionCondition, StoredPermission } from '../../metadata/permission.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

export type PermissionType = ReturnType<typeof addPermissionType>
export type PermissionInput = ReturnType<typeof addPermissionInput>

const descriptions = {
  entity: 'The entity whose records it is for.',
  action: 'What it allows.',
  field: 'A field of the record itself.',
  operator: 'How the field is compared.',
  expression: 'True of the records that it is for.',
} as const

/** Adds the type Permission. */
export function addPermissionType(builder: Builder<Context>, choices: Choices) {
  const conditionType = addConditionType(builder, choices)
  return builder.objectRef<StoredPermission>('Permission').implement({
    description: 'Lets some roles do one thing with some records of an entity. Several are added up.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'What updatePermission and deletePermission know it by.' }),
      entity: t.exposeString('entity', { description: descriptions.entity }),
      action: t.field({
        type: choices.permissionAction,
        description: descriptions.action,
        resolve: ({ action }) => action,
      }),
      roles: t.stringList({
        description: 'Who it is for; anonymous is a caller without a token.',
        resolve: ({ roles }) => [...roles],
      }),
      conditions: t.field({
        type: [conditionType],
        description: 'What must hold of a record, all of it.',
        resolve: ({ conditions }) => [...conditions],
      }),
      expression: t.string({
        nullable: true,
        description: descriptions.expression,
        resolve: ({ expression }) => expression,
      }),
      fields: t.stringList({
        nullable: true,
        description: 'The fields that it is for; null means all of them.',
        resolve: ({ fields }) => fields && [...fields],
      }),
    }),
  })
}

function addConditionType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<PermissionCondition>('PermissionCondition').implement({
    description: 'Compares a field of the record.',
    fields: (t) => ({
      field: t.exposeString('field', { description: descriptions.field }),
      operator: t.field({
        type: choices.conditionOperator,
        description: descriptions.operator,
        resolve: ({ operator }) => operator,
      }),
      value: t.field({
        type: jsonType,
        description: 'What it is compared with.',
        resolve: ({ value }) => value,
      }),
    }),
  })
}

/** Adds the input type PermissionInput. */
export function addPermissionInput(builder: Builder<Context>, choices: Choices) {
  const conditionInput = addConditionInput(builder, choices)
  return builder.inputType('PermissionInput', {
    description: 'The whole definition of a permission.',
    fields: (t) => ({
      entity: t.string({ required: true, description: descriptions.entity }),
      action: t.field({
        type: choices.permissionAction,
        required: true,
        description: descriptions.action,
      }),
      roles: t.stringList({
        required: true,
        description: 'Who it is for, in any case; anonymous is a caller without a token.',
      }),
      conditions: t.field({ type: [conditionInput], description: 'What must hold of a record, all of it.' }),
      expression: t.string({ description: descriptions.expression }),
      fields: t.stringList({ description: 'The fields that it is for; without them, all.' }),
    }),
  })
}

function addConditionInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('PermissionConditionInput', {
    description: 'Compares a field of the record.',
    fields: (t) => ({
      field: t.string({ required: true, description: descriptions.field }),
      operator: t.field({
        type: choices.conditionOperator,
        required: true,
        description: descriptions.operator,
      }),
      value: t.field({
        type: jsonType,
        description:
          'A value of the field, a list for IN and NOT_IN, true or false for IS_NULL; or a place: "{{user.id}}", "{{user.email}}", "{{user.roles}}", "{{user.attributes.name}}", "{{now}}".',
      }),
    }),
  })
}
