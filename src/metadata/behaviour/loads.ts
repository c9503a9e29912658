// Finds the relations that a rule looks at, and reads the values by which it narrows them.
import { describe, joinPath, suggest } from '../../reader.ts'
import type { Load } from '../behaviour.ts'
import type { RelatedLoad } from '../related-load.ts'
import type { RelationEnd } from '../relation-end.ts'
import { readValue, type Value } from '../value.ts'
import type { Basis, Report, Subject } from './basis.ts'

/** The loads of a definition whose `related_load` stands at `path`; undefined when one of them has problems. */
export function buildLoads(
  basis: Basis,
  loads: readonly RelatedLoad[],
  path: string,
  report: Report,
): readonly Load[] | undefined {
  const built = loads.flatMap((load, index) => {
    const at = joinPath(path, index)
    const first = loads.findIndex(({ relation }) => relation === load.relation)
    if (first !== index)
      report(
        joinPath(at, 'relation'),
        `is loaded twice: ${load.relation} stands at ${joinPath(path, first)} too`,
      )
    return (first === index && buildLoad(basis, load, at, report)) || []
  })
  return built.length === loads.length ? built : undefined
}

function buildLoad(
  { subject, subjects }: Basis,
  { relation, filter }: RelatedLoad,
  path: string,
  report: Report,
): Load | undefined {
  const end = subject.ends.find(({ name }) => name === relation)
  const other = end && subjects.get(end.other)
  if (end === undefined || other === undefined) {
    const near = suggest(
      relation,
      subject.ends.map(({ name }) => name),
    )
    return report(
      joinPath(path, 'relation'),
      `names no relation of ${subject.name}: ${describe(relation)}${near}`,
    )
  }
  return { name: relation, end, filter: buildFilter(other, filter, joinPath(path, 'filter'), report) }
}

function buildFilter(
  other: Subject,
  filter: RelatedLoad['filter'],
  path: string,
  report: Report,
): Load['filter'] {
  const entries = Object.entries(filter).map(([name, values]) => {
    const place = joinPath(path, name)
    return [name, readFiltered(other, name, values, place, report) ?? []] as const
  })
  return new Map(entries)
}

function readFiltered(
  other: Subject,
  name: string,
  values: readonly Value[],
  path: string,
  report: Report,
): readonly Value[] | undefined {
  const field = other.fieldsByName.get(name)
  if (field === undefined)
    return report(
      path,
      `names no field of ${other.name}: ${describe(name)}${suggest(name, other.fieldsByName.keys())}`,
    )
  if (field.type === 'json' || field.type === 'file')
    return report(path, `cannot compare ${name}, a ${field.type} field`)
  return values.flatMap((value) => {
    const reading = value === null ? { value } : readValue(field, value)
    return 'problem' in reading ? (report(path, reading.problem) ?? []) : [reading.value]
  })
}

/** The end of the same relation on the entity that this end leads to. */
export function findOpposite(subjects: Basis['subjects'], end: RelationEnd): RelationEnd | undefined {
  return subjects
    .get(end.other)
    ?.ends.find((each) => each.relation === end.relation && each.side !== end.side)
}
