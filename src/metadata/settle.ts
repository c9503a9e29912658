// Turns definitions into a registry: what has problems is left out, with what leans on it, until the rest fits.
import { checkDefinitions } from './check.ts'
import { filterDefinitions, lists, type Told } from './definition-kinds.ts'
import { draftRegistry } from './register.ts'
import type { DefinitionProblem, Definitions, Quarantined, Registry } from './registry.ts'

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
    const { registry, found } = examine(revision, definitions, verify)
    const rest = leaveOut(definitions, found)
    problems.push(...found)
    consequences.push(...rest.consequences)
    // A problem that names no definition takes none away; asking again would not end.
    if (registry && rest.definitions === definitions) return { registry, problems, consequences }
    definitions = rest.definitions
  }
}

/** Rules are looked at when entities and relations fit, and the layers above when rules do. */
function examine(
  revision: number,
  definitions: Definitions,
  verify: Verify,
): Readonly<{ registry?: Registry; found: readonly DefinitionProblem[] }> {
  const misfits = checkDefinitions(definitions)
  if (misfits.length > 0) return { found: misfits }
  const { registry, problems } = draftRegistry(revision, definitions)
  return problems.length > 0 ? { found: problems } : { registry, found: verify(registry) }
}

type Rest = Readonly<{ definitions: Definitions; consequences: readonly DefinitionProblem[] }>

function leaveOut(definitions: Definitions, problems: readonly DefinitionProblem[]): Rest {
  const bad = new Set(problems.map(({ kind, name }) => `${kind} ${name}`))
  const consequences: DefinitionProblem[] = []
  const isKept = ({ kind, name, leansOn }: Told): boolean => {
    if (bad.has(`${kind} ${name}`)) return false
    const lost = leansOn.find(([, entity]) => bad.has(`entity ${entity}`))
    if (lost === undefined) return true
    const [path, entity] = lost
    consequences.push({ kind, name, path, message: `leans on the entity ${entity}, which has problems` })
    return false
  }
  const rest = filterDefinitions(definitions, isKept)
  const isSame = lists.every((list) => rest[list].length === definitions[list].length)
  return { definitions: isSame ? definitions : rest, consequences }
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
