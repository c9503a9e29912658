// Turns definitions into a registry: what has problems is left out, with what leans on it, until the rest fits.
import { checkDefinitions } from './check.ts'
import {
  buildRegistry,
  type DefinitionProblem,
  type Definitions,
  type Quarantined,
  type Registry,
} from './registry.ts'

/** Names the problems that only the layers above can see. */
export type Verify = (registry: Registry) => readonly DefinitionProblem[]

/** The registry of all that fits, and why the rest does not; `consequences` are of definitions that lean on the rest. */
export type Settled = Readonly<{
  registry: Registry
  problems: readonly DefinitionProblem[]
  consequences: readonly DefinitionProblem[]
}>

/** Finds every problem of the definitions, also those that show only when others are out of the way. */
export function settle(revision: number, given: Definitions, verify: Verify): Settled {
  const problems: DefinitionProblem[] = []
  const consequences: DefinitionProblem[] = []
  for (let definitions = given; ; ) {
    const misfits = checkDefinitions(definitions)
    const registry = misfits.length === 0 ? buildRegistry(revision, definitions) : undefined
    const found = registry ? verify(registry) : misfits
    const rest = leaveOut(definitions, found)
    problems.push(...found)
    consequences.push(...rest.consequences)
    // A problem that names no definition takes none away; asking again would not end.
    if (registry && rest.definitions === definitions) return { registry, problems, consequences }
    definitions = rest.definitions
  }
}

type Rest = Readonly<{ definitions: Definitions; consequences: readonly DefinitionProblem[] }>

function leaveOut(definitions: Definitions, problems: readonly DefinitionProblem[]): Rest {
  const named = (kind: string) =>
    new Set(problems.filter((problem) => problem.kind === kind).map(({ name }) => name))
  const [badEntities, badRelations] = [named('entity'), named('relation')]
  const entities = definitions.entities.filter(({ name }) => !badEntities.has(name))
  const sound = definitions.relations.filter(({ source, name }) => !badRelations.has(`${source}.${name}`))
  const leaning = sound.filter(({ source, target }) => badEntities.has(source) || badEntities.has(target))
  const relations = sound.filter((relation) => !leaning.includes(relation))
  const isSame =
    entities.length === definitions.entities.length && relations.length === definitions.relations.length
  const consequences = leaning.map(({ source, target, name }): DefinitionProblem => {
    const [path, entity] = badEntities.has(source) ? ['source', source] : ['target', target]
    return {
      kind: 'relation',
      name: `${source}.${name}`,
      path,
      message: `leans on the entity ${entity}, which has problems`,
    }
  })
  return { definitions: isSame ? definitions : { entities, relations }, consequences }
}

/** One entry for each definition that was left out, with its messages. */
export function listQuarantined(problems: readonly DefinitionProblem[]): readonly Quarantined[] {
  const found = new Map<string, { kind: DefinitionProblem['kind']; name: string; messages: string[] }>()
  for (const { kind, name, path, message } of problems) {
    const key = `${kind} ${name}`
    const entry = found.get(key) ?? { kind, name, messages: [] }
    found.set(key, entry)
    entry.messages.push(path === '' ? message : `${path} ${message}`)
  }
  return [...found.values()]
}
