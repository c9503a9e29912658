// How the admin API takes an entity: the keys of the metadata language in camelCase, everything optional that has a default.
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

/** Adds the input type EntityInput and those of its parts. */
export function addEntityInput(builder: Builder<Context>, choices: Choices) {
  const keyInput = addKeyInput(builder, choices)
  const slugInput = addSlugInput(builder)
  const fieldInput = addFieldInput(builder, choices)
  return builder.inputType('EntityInput', {
    description: 'The whole definition of an entity.',
    fields: (t) => ({
      name: t.string({
        required: true,
        description: 'Lower case words joined by underscores, such as `leave_request`.',
      }),
      table: t.string({ description: 'The table in PostgreSQL; by default the plural of the name.' }),
      plural: t.string({
        description: 'What a list of it is called; by default the English plural of the name.',
      }),
      description: t.string({ description: 'What it is; stands in the generated API.' }),
      primaryKey: t.field({
        type: keyInput,
        description: 'The key; by default a generated uuid named `id`.',
      }),
      softDelete: t.boolean({
        description: 'Whether deleted records are kept and can be restored; by default true.',
      }),
      slug: t.field({
        type: slugInput,
        description: 'A readable name in addresses, made from another field.',
      }),
      fields: t.field({ type: [fieldInput], description: 'The fields; the key need not be among them.' }),
      uniqueTogether: t.field({
        type: t.listRef(t.listRef('String')),
        description: 'Lists of fields whose values together occur once.',
      }),
      indexes: t.field({
        type: t.listRef(t.listRef('String')),
        description: 'Lists of fields that an index covers together.',
      }),
      searchLanguage: t.string({
        description: 'The text search configuration, such as `english`; by default `simple`.',
      }),
    }),
  })
}

function addKeyInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('PrimaryKeyInput', {
    description: 'The field that tells the records of an entity apart.',
    fields: (t) => ({
      field: t.string({ description: 'The name of the field; by default `id`.' }),
      type: t.field({ type: choices.keyType, description: 'The type of the key; by default UUID.' }),
      generated: t.boolean({
        description: 'Whether the database makes the keys; by default true, but for STRING.',
      }),
    }),
  })
}

function addSlugInput(builder: Builder<Context>) {
  return builder.inputType('SlugInput', {
    description: 'A readable name in addresses, made from another field.',
    fields: (t) => ({
      field: t.string({ description: 'The field that holds the slug; by default `slug`.' }),
      source: t.string({ required: true, description: 'The field that it is made from.' }),
      regenerateOnUpdate: t.boolean({
        description: 'Whether it follows when the source changes; by default false.',
      }),
    }),
  })
}

function addFieldInput(builder: Builder<Context>, choices: Choices) {
  return builder.inputType('FieldInput', {
    description: 'The whole definition of a field.',
    fields: (t) => ({
      name: t.string({
        required: true,
        description: 'Lower case words joined by underscores, such as `created_at`.',
      }),
      type: t.field({ type: choices.fieldType, required: true, description: 'The type of its values.' }),
      description: t.string({ description: 'What it is; stands in the generated API.' }),
      required: t.boolean({ description: 'Whether a new record must have it; by default false.' }),
      nullable: t.boolean({
        description:
          'Whether it may be null; by default when it is not required and has neither default nor auto.',
      }),
      unique: t.boolean({ description: 'Whether each value occurs once; by default false.' }),
      indexed: t.boolean({ description: 'Whether an index covers it; by default false.' }),
      hidden: t.boolean({ description: 'Whether the data API leaves it out; by default false.' }),
      secret: t.boolean({ description: 'Whether its values stay out of the log; by default false.' }),
      searchable: t.boolean({ description: 'Whether `search` looks into it; by default false.' }),
      default: t.field({ type: jsonType, description: 'The value of a new record that says nothing.' }),
      enum: t.stringList({ description: 'The only values it may have.' }),
      precision: t.int({ description: 'Digits after the point of a decimal, 0 to 18.' }),
      auto: t.field({
        type: choices.fieldAuto,
        description: 'When the system sets it; clients then cannot.',
      }),
      accept: t.stringList({ description: 'Types of files it takes, such as `image/*`.' }),
      maxSize: t.float({ description: 'The largest file, in bytes.' }),
      references: t.field({
        type: choices.fieldReference,
        description: 'What a uuid field points at, other than by a relation.',
      }),
    }),
  })
}
