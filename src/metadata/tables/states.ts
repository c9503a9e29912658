// What a state machine asks of rows that are there already: live ones must be in one of its states.
import { quoteName, quoteText } from '../../database/identifiers.ts'
import type { RegistryEntity } from '../registry.ts'
import { writeCast } from './cast.ts'
import type { RealColumn, RealTable } from './catalog.ts'
import type { Column } from './column.ts'
import { countFound, probeRows } from './probe.ts'
import type { Probe } from './step.ts'

/** Looks for live rows whose value is no state, unless they were bound to these states before. */
export function probeStates(
  real: RealTable,
  column: Column,
  found: RealColumn,
  before: RegistryEntity | undefined,
): readonly Probe[] {
  const { states } = column
  if (states === undefined || isKnown(column, states.values, before)) return []
  const value = writeCast(`r.${quoteName(column.name)}`, found.type, 'text')
  const isOther = `${value} <> all(array[${states.values.map(quoteText).join(', ')}]::text[])`
  const isOutside = column.nullable ? isOther : `(${value} is null or ${isOther})`
  const isLive = real.columns.has('deleted_at') ? ' and r."deleted_at" is null' : ''
  return [
    probeRows(real, `${isOutside}${isLive}`, states.place, (rows) => {
      const records = countFound(
        rows,
        'live record is in none of its states',
        'live records are in none of its states',
      )
      return `does not know what is stored: ${records}; it knows ${states.values.join(', ')}`
    }),
  ]
}

function isKnown(column: Column, states: readonly string[], before: RegistryEntity | undefined): boolean {
  const machine = before?.behaviour.machine
  return (
    machine !== undefined &&
    machine.field.name === column.name &&
    machine.states.every((state) => states.includes(state)) &&
    (column.nullable || !machine.field.nullable)
  )
}
