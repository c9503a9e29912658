// Dates in SQL, in UTC as everywhere.

export function dayPart(part: 'year' | 'month' | 'day', moment: string): string {
  return `extract(${part} from ${moment} at time zone 'UTC')::numeric`
}

export function addDaysSql(value: string, days: string, pgType: string): string {
  return pgType === 'date'
    ? `(${value} + ${days}::integer)`
    : `(${value} + ${days}::integer * interval '24 hours')`
}

export function daysBetweenSql(from: string, to: string): string {
  return `((${to} at time zone 'UTC')::date - (${from} at time zone 'UTC')::date)::numeric`
}
