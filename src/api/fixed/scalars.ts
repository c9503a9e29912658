// The scalars of every schema. Inputs are read by the metadata's own reader; outputs are passed on as PostgreSQL's text.
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { type FieldType, readValue, type Value } from '../../metadata/value.ts'
import { readLiteral, type Variables } from './literal.ts'

/** How a scalar is described, and the type of field by which its values are read. */
type Scalar = Readonly<{
  name: string
  type: FieldType
  description: string
  specifiedByURL?: string
  /** Number literals that are taken by their text, so that no digit is lost. */
  numbers?: readonly Kind[]
}>

const descriptions = {
  JSON: {
    name: 'JSON',
    type: 'json',
    description: 'Any JSON value: an object, a list, a text, a number, true, false or null.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  },
  DateTime: {
    name: 'DateTime',
    type: 'timestamp',
    description:
      'A moment by RFC 3339, such as `2026-01-31T12:00:00.000Z`; kept with milliseconds and given in UTC.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  },
  BigInt: {
    name: 'BigInt',
    type: 'bigint',
    description:
      'A whole number of 64 bits as text, such as `"9007199254740993"`, because JSON numbers lose digits.',
    numbers: [Kind.INT],
  },
  Decimal: {
    name: 'Decimal',
    type: 'decimal',
    description: 'An exact decimal number as text, such as `"12.50"`.',
    numbers: [Kind.INT, Kind.FLOAT],
  },
  Date: {
    name: 'Date',
    type: 'date',
    description: 'A day without time and time zone, such as `2026-01-31`.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  },
  Time: {
    name: 'Time',
    type: 'time',
    description: 'A time of day without a time zone, such as `13:30:00`; up to six digits after the second.',
  },
} as const satisfies Record<string, Scalar>

/** One object for each scalar: a schema may hold only one of a name, so all schemas share these. */
export const scalars = {
  JSON: makeScalar(descriptions.JSON),
  DateTime: makeScalar(descriptions.DateTime),
  BigInt: makeScalar(descriptions.BigInt),
  Decimal: makeScalar(descriptions.Decimal),
  Date: makeScalar(descriptions.Date),
  Time: makeScalar(descriptions.Time),
} as const

function makeScalar({ name, type, description, specifiedByURL, numbers = [] }: Scalar): GraphQLScalarType {
  const read = (input: unknown): Value => readOrRefuse(name, type, input)
  return new GraphQLScalarType({
    name,
    description,
    specifiedByURL: specifiedByURL ?? null,
    serialize: (value) => value,
    parseValue: read,
    parseLiteral: (node, variables) => read(readScalarLiteral(node, variables, numbers)),
  })
}

function readScalarLiteral(node: ValueNode, variables: Variables, numbers: readonly Kind[]): unknown {
  const isText = (node.kind === Kind.INT || node.kind === Kind.FLOAT) && numbers.includes(node.kind)
  return isText ? node.value : readLiteral(node, variables)
}

function readOrRefuse(name: string, type: FieldType, input: unknown): Value {
  const reading = readValue({ type }, input)
  if ('value' in reading) return reading.value
  throw new GraphQLError(`${name} ${reading.problem}`, { extensions: { code: 'BAD_USER_INPUT' } })
}
