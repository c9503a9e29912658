// How the admin API shows an entity and takes one: the two differ in that a shown one has every default filled in.
import type { Entity, Key, Slug } from '../../metadata/entity.ts'
import type { Field } from '../../metadata/field.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

/** Adds the type Entity and those of its parts. */
export function addEntityType(builder: Builder<Context>, choices: Choices) {
  const keyType = addKeyType(builder, choices)
  const slugType = addSlugType(builder)
  const fieldType = addFieldType(builder, choices)
  return builder.objectRef<Entity>('Entity').implement({
    description: 'An entity as it is in force, every default filled in.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The name, as in `leave_request`.' }),
      table: t.exposeString('table', { description: 'The table in PostgreSQL.' }),
      plural: t.exposeString('plural', { description: 'What a list of it is called.' }),
      description: t.exposeString('description', {
        description: 'What it is, in the words of its definition.',
      }),
      primaryKey: t.field({
        type: keyType,
        description: 'The field that tells records apart.',
        resolve: (entity) => entity.key,
      }),
      softDelete: t.exposeBoolean('softDelete', {
        description: 'Whether deleted records are kept and can be restored.',
      }),
      slug: t.field({
        type: slugType,
        nullable: true,
        description: 'A readable name in addresses, made from another field.',
        resolve: (entity) => entity.slug,
      }),
      fields: t.field({
        type: [fieldType],
        description: 'All fields, the key first.',
        resolve: (entity) => [...entity.fields],
      }),
      uniqueTogether: t.field({
        type: t.listRef(t.listRef('String')),
        description: 'Lists of fields whose values together occur once.',
        resolve: (entity) => copyLists(entity.uniqueTogether),
      }),
      indexes: t.field({
        type: t.listRef(t.listRef('String')),
        description: 'Lists of fields that an index covers together.',
        resolve: (entity) => copyLists(entity.indexes),
      }),
      searchLanguage: t.exposeString('searchLanguage', {
        description: 'The text search configuration, such as `english`.',
      }),
    }),
  })
}

function copyLists(lists: readonly (readonly string[])[]): string[][] {
  return lists.map((list) => [...list])
}

function addKeyType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Key>('PrimaryKey').implement({
    description: 'The field that tells the records of an entity apart.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'The name of the field; the API calls it `id`.' }),
      type: t.field({
        type: choices.keyType,
        description: 'The type of the key.',
        resolve: (key) => key.type,
      }),
      generated: t.exposeBoolean('generated', { description: 'Whether the database makes the keys.' }),
    }),
  })
}

function addSlugType(builder: Builder<Context>) {
  return builder.objectRef<Slug>('Slug').implement({
    description: 'A readable name in addresses, made from another field.',
    fields: (t) => ({
      field: t.exposeString('field', { description: 'The field that holds the slug.' }),
      source: t.exposeString('source', { description: 'The field that it is made from.' }),
      regenerateOnUpdate: t.exposeBoolean('regenerateOnUpdate', {
        description: 'Whether it follows when the source changes.',
      }),
    }),
  })
}

function addFieldType(builder: Builder<Context>, choices: Choices) {
  return builder.objectRef<Field>('Field').implement({
    description: 'A field of an entity as it is in force, every default filled in.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The name, as in `created_at`.' }),
      type: t.field({
        type: choices.fieldType,
        description: 'The type of its values.',
        resolve: (field) => field.type,
      }),
      description: t.exposeString('description', {
        description: 'What it is, in the words of its definition.',
      }),
      required: t.exposeBoolean('required', { description: 'Whether a new record must have it.' }),
      nullable: t.exposeBoolean('nullable', { description: 'Whether it may be null.' }),
      unique: t.exposeBoolean('unique', { description: 'Whether each value occurs once.' }),
      indexed: t.exposeBoolean('indexed', { description: 'Whether an index covers it.' }),
      hidden: t.exposeBoolean('hidden', { description: 'Whether the data API leaves it out.' }),
      secret: t.exposeBoolean('secret', { description: 'Whether its values stay out of the log.' }),
      searchable: t.exposeBoolean('searchable', { description: 'Whether `search` looks into it.' }),
      default: t.field({
        type: jsonType,
        nullable: true,
        description: 'The value of a new record that says nothing.',
        resolve: (field) => field.default,
      }),
      enum: t.field({
        type: ['String'],
        nullable: true,
        description: 'The only values it may have.',
        resolve: (field) => field.enum && [...field.enum],
      }),
      precision: t.int({
        nullable: true,
        description: 'Digits after the point of a decimal.',
        resolve: (field) => field.precision,
      }),
      auto: t.field({
        type: choices.fieldAuto,
        nullable: true,
        description: 'When the system sets it.',
        resolve: (field) => field.auto,
      }),
      accept: t.field({
        type: ['String'],
        nullable: true,
        description: 'Types of files it takes, such as `image/*`.',
        resolve: (field) => field.accept && [...field.accept],
      }),
      maxSize: t.float({
        nullable: true,
        description: 'The largest file, in bytes.',
        resolve: (field) => field.maxSize,
      }),
      references: t.field({
        type: choices.fieldReference,
        nullable: true,
        description: 'What it points at.',
        resolve: (field) => field.references,
      }),
    }),
  })
}
