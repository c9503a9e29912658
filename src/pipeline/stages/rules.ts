// Asks the rules of every record of a plan, children before their parents, and makes computed fields and transitions.
import { failAll, type Problem } from '../../errors.ts'
import type { Check, Load } from '../../metadata/behaviour.ts'
import { ExpressionError } from '../../metadata/expression/error.ts'
import type { Environment } from '../../metadata/expression/expression.ts'
import { joinPath } from '../../reader.ts'
import type { Act } from './act.ts'
import { findIncomplete } from './complete.ts'
import { startEnvironment } from './environment.ts'
import { type Lookup, readLookups } from './lookups.ts'
import { overlay } from './overlay.ts'
import { takeTransition } from './transition.ts'
import { isSame } from './values.ts'
import { listLevels, listWrites, type Write } from './writes.ts'

/** Problems of rules and required fields, and of transitions; the first kind is told before the second. */
type Findings = Readonly<{ broken: Problem[]; refused: Problem[] }>

/** One record before its rules: what they may look at, and where its problems go. */
type Hearing = Readonly<{
  act: Act
  write: Write
  environment: Environment
  lookup: Lookup
  findings: Findings
}>

/** Judges all records of the trees; what is broken is told at once, with the path of each record. */
export async function applyRules(act: Act, roots: readonly Write[]): Promise<void> {
  const findings: Findings = { broken: [], refused: [] }
  for (const level of [...listLevels(roots)].reverse()) {
    const lookup = await readLookups(act, level)
    for (const write of level)
      judge({ act, write, environment: startEnvironment(act, write, lookup.now), lookup, findings })
  }
  if (findings.broken.length > 0) throw failAll('VALIDATION_FAILED', findings.broken)
  if (findings.refused.length > 0) throw failAll('TRANSITION_REFUSED', findings.refused)
}

function judge(hearing: Hearing): void {
  const { act, write, findings } = hearing
  if (write.action === 'delete') {
    askChecks(hearing, write.entity.behaviour.checks.before_delete)
    return
  }
  const count = findings.broken.length
  const goesOn = settle(hearing)
  const isSound = findings.broken.length === count
  if (isSound && !takeState(hearing)) return
  if (goesOn) findings.broken.push(...findIncomplete(act.context, write))
}

/** Rules on what was given, then computed fields, then the rules that read those. */
function settle(hearing: Hearing): boolean {
  const { write } = hearing
  const { checks, computed } = write.entity.behaviour
  const goesOn = askChecks(
    hearing,
    checks.before_write.filter((check) => !check.isLate),
  )
  if (!goesOn) return false
  for (const each of computed) {
    note(hearing, each.rule)
    attempt(hearing, each.rule, each.field.name, () => {
      write.row[each.field.name] = each.compute(look(hearing, each.loads))
    })
  }
  return askChecks(
    hearing,
    checks.before_write.filter((check) => check.isLate),
  )
}

/** A transition may set fields; if it does, computed fields and rules have their say once more. */
function takeState(hearing: Hearing): boolean {
  const { act, write, findings } = hearing
  const { machine } = write.entity.behaviour
  if (machine === undefined) return true
  const count = findings.broken.length
  const before = { ...write.row }
  let problem: string | undefined
  attempt(hearing, 'transition', machine.field.name, () => {
    problem = takeTransition(act.context.viewer, write, (loads) => look(hearing, loads))
  })
  if (problem !== undefined)
    findings.refused.push(problemOf(hearing, machine.field.name, 'transition', problem))
  if (problem !== undefined || findings.broken.length > count) return false
  const isChanged = write.entity.fields.some(
    (field) => !isSame(field, before[field.name], write.row[field.name]),
  )
  return isChanged ? settle(hearing) : true
}

/** Asks checks in their order; false when one that stops the rest is broken. */
function askChecks(hearing: Hearing, checks: readonly Check[]): boolean {
  for (const check of checks) {
    note(hearing, check.rule)
    let isBroken = false
    const isAnswered = attempt(hearing, check.rule, check.field, () => {
      isBroken = check.isBroken(look(hearing, check.loads))
    })
    if (isBroken) hearing.findings.broken.push(problemOf(hearing, check.field, check.rule, check.message))
    if ((isBroken || !isAnswered) && check.stopOnFail) return false
  }
  return true
}

function note({ act, write }: Hearing, rule: string): void {
  if (act.context.trace) write.asked.push(rule)
}

/** Evaluates; an expression that has no answer, or takes too many steps, breaks the rule it stands in. */
function attempt(hearing: Hearing, rule: string, field: string | undefined, evaluate: () => void): boolean {
  try {
    evaluate()
    return true
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    hearing.findings.broken.push(problemOf(hearing, field, rule, `cannot be worked out: ${error.message}`))
    return false
  }
}

function problemOf(
  { act, write }: Hearing,
  fieldName: string | undefined,
  rule: string,
  message: string,
): Problem {
  const field = write.entity.fieldsByName.get(fieldName ?? '')
  if (field === undefined) return { path: write.path, rule, message }
  const name = act.context.nameField(write.entity, field)
  return { path: joinPath(write.path, name), field: name, rule, message }
}

/** The environment with the related rows that a rule asked for, as they are going to be. */
function look({ act, write, environment, lookup }: Hearing, loads: readonly Load[]): Environment {
  if (loads.length === 0) return environment
  const related = loads.map((load) => [
    load.name,
    overlay(act.context.registry, write, load, lookup.find(load, write)),
  ])
  return { ...environment, related: Object.fromEntries(related) }
}

/** Asks the rules that follow the write: they see the records as they are stored now, and may still refuse. */
export async function checkAfter(act: Act, roots: readonly Write[]): Promise<void> {
  const asked = listWrites(roots).filter(
    (write) => write.isStored && write.entity.behaviour.checks.after_write.length > 0,
  )
  if (asked.length === 0) return
  const findings: Findings = { broken: [], refused: [] }
  const lookup = await readLookups(act, asked)
  for (const write of asked) {
    const environment = startEnvironment(act, write, lookup.now)
    const stored = { ...write, relations: [] }
    askChecks(
      { act, write: stored, environment, lookup, findings },
      write.entity.behaviour.checks.after_write,
    )
  }
  if (findings.broken.length > 0) throw failAll('VALIDATION_FAILED', findings.broken)
}
