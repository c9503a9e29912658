// Types and typed documents of src/operations.graphql, made from the schema of the role accountant.
import type { CodegenConfig } from '@graphql-codegen/cli'

const config: CodegenConfig = {
  schema: '../../schema-snapshots/invoicing.accountant.graphql',
  documents: 'src/operations.graphql',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: {
          BigInt: 'string',
          Decimal: 'string',
          Date: 'string',
          DateTime: 'string',
          Time: 'string',
          JSON: 'unknown',
          Upload: 'File',
        },
      },
    },
  },
}

export default config
