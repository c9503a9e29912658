// How the values of a column become values of another type, and when that loses nothing whatever the values are.

const timestamp = 'timestamp(3) with time zone'
const decimal = /^numeric\(18,(\d+)\)$/
const rfc3339 = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`

/** What text must look like besides being castable: PostgreSQL takes more than the API could give back. */
const textForms: Readonly<Record<string, string>> = {
  'double precision': '^[[:space:]]*[-+]?[0-9.]',
  numeric: '^[[:space:]]*[-+]?[0-9.]',
  date: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  'time without time zone': '^([01][0-9]|2[0-3]):[0-9:.]+$',
  [timestamp]: '^[0-9]{4}-[0-9]{2}-[0-9]{2}[-+0-9T:. Z]*$',
}

/** The SQL that turns `value` of one type into another; types are spelled as format_type does. */
export function writeCast(value: string, from: string, to: string): string {
  if (from === to) return value
  if (to === 'text')
    return from === timestamp ? `to_char(${value} at time zone 'UTC', ${rfc3339})` : `${value}::text`
  return isDirect(from, to) ? `${value}::${to}` : `${value}::text::${to}`
}

/** Text stands between types that PostgreSQL does not cast, and between float and decimal, where its own cast rounds. */
function isDirect(from: string, to: string): boolean {
  const kinds = [from, to].map((type) => (decimal.test(type) ? 'numeric' : type))
  if (kinds.every((kind) => ['integer', 'bigint', 'numeric', 'double precision'].includes(kind)))
    return kinds[0] !== 'double precision' || kinds[1] === 'double precision'
  return ['boolean>integer', 'integer>boolean', `date>${timestamp}`, `${timestamp}>date`].includes(
    kinds.join('>'),
  )
}

/** Whether every value survives, so that no row needs to be looked at. */
export function isSafeCast(from: string, to: string): boolean {
  if (from === to || to === 'text') return true
  if (to === 'numeric') return from === 'integer' || from === 'bigint' || decimal.test(from)
  if (from !== 'integer') return false
  return to === 'bigint' || to === 'double precision' || Number(decimal.exec(to)?.[1] ?? 18) <= 8
}

/** SQL that is true when `value` fits the type, and that is false or fails when it does not. */
export function writeFits(value: string, from: string, to: string): string {
  const cast = writeCast(value, from, to)
  if (from !== 'text') return `${writeCast(`(${cast})`, to, from)} = ${value}`
  const form = textForms[decimal.test(to) ? 'numeric' : to]
  const isExact = decimal.test(to) ? `${cast} = ${value}::numeric` : `${cast} is not null`
  return form === undefined ? isExact : `${value} ~ '${form}' and ${isExact}`
}
