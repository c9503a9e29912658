// Writes conditions as SQL that is true exactly when memory says true; null stands for false, so a denial asks "is not true".
import { writeComparison, writeIn, writeMembership } from './sql-compare.ts'
import { type Writer, writeValue } from './sql-value.ts'
import type { Typed } from './syntax.ts'
import { anyType } from './type-rules.ts'
import { isTrue } from './values.ts'

export function writeTruth(part: Typed, writer: Writer): string {
  if (writer.fixed.has(part)) return isTrue(writer.fixed.get(part)) ? 'true' : 'false'
  switch (part.kind) {
    case 'unary':
      return `((${writeTruth(part.operand, writer)}) is not true)`
    case 'conditional': {
      const [test, yes, no] = [part.test, part.yes, part.no].map((each) => writeTruth(each, writer))
      return `(case when ${test} then ${yes} else ${no} end)`
    }
    case 'binary':
      return writeBinary(part, writer)
    case 'call':
      return part.name === 'coalesce' ? writeValue(part, writer, 'boolean') : writeTextQuestion(part, writer)
    default:
      return writeValue(part, writer, 'boolean')
  }
}

function writeBinary({ operator, left, right }: Typed & { kind: 'binary' }, writer: Writer): string {
  switch (operator) {
    case '||':
      return `(${writeTruth(left, writer)} or ${writeTruth(right, writer)})`
    case '&&':
      return `(${writeTruth(left, writer)} and ${writeTruth(right, writer)})`
    case 'in':
      return writeIn(left, right, writer)
    default:
      return writeComparison(operator, left, right, writer)
  }
}

/** Of anything but texts the answer is no; a list contains what is in it. */
function writeTextQuestion({ name, args }: Typed & { kind: 'call' }, writer: Writer): string {
  const [whole, part] = args
  if (whole === undefined || part === undefined) throw new Error(`The function ${name} needs two arguments`)
  const { fixed } = writer
  if (name === 'contains' && Array.isArray(fixed.get(whole)))
    return writeMembership(part, fixed.get(whole), anyType, writer)
  if (args.some((arg) => fixed.has(arg) && typeof fixed.get(arg) !== 'string')) return 'false'
  const [text, other] = args.map((arg) => `${writeValue(arg, writer, 'text')} collate "C"`)
  return name === 'contains' ? `(strpos(${text}, ${other}) > 0)` : `starts_with(${text}, ${other})`
}
