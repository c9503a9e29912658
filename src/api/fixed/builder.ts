// Makes the builders of the fixed schemas, which differ in their context only, and finishes what was built with them.
import SchemaBuilder, {
  BuiltinScalarRef,
  type FieldNullability,
  type InputFieldMap,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core'
import type { GraphQLSchema } from 'graphql'
import type { Incoming } from '../../files/incoming.ts'
import { type Access, guardRoots } from './access.ts'
import { scalars } from './scalars.ts'
import { Upload } from './upload-scalar.ts'

declare global {
  namespace PothosSchemaTypes {
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** Who may call this field. */
      access: Access
    }
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** Who may call this field. */
      access: Access
    }
  }
}

export type Builder<C extends object> = ReturnType<typeof createBuilder<C>>

/** A builder whose fields are not null unless they say so. */
export function createBuilder<C extends object>() {
  return new SchemaBuilder<{ Context: C; DefaultFieldNullability: false }>({ defaultFieldNullability: false })
}

// Pothos would make scalars of its own from a config; these references keep the objects that all schemas share.
export const jsonType = new BuiltinScalarRef<SchemaTypes, unknown, unknown>(scalars.JSON)
export const uploadType = new BuiltinScalarRef<SchemaTypes, Incoming, never>(Upload)
export const dateTimeType = new BuiltinScalarRef<SchemaTypes, string, string>(scalars.DateTime)

/** The schema of what was built, its fields in the order in which they were written, its roots guarded. */
export function finishSchema(
  builder: Readonly<{ toSchema(options: { sortSchema: boolean }): GraphQLSchema }>,
): GraphQLSchema {
  return guardRoots(builder.toSchema({ sortSchema: false }))
}
