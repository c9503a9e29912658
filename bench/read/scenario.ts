// What is measured: which questions each scenario asks a server, and what the right answers are.

import { askOnce } from './exchange.ts'
import type { Operation, Target, Variables } from './target.ts'
import type { Truth } from './verify.ts'

export type ScenarioName = 'record' | 'list' | 'first page' | 'last page'
/** One question with its right answer; times are compared as moments, whatever their spelling. */
export type Question = Readonly<{ body: string; answer: unknown }>

const pageSize = 50
const scenarios: Readonly<Record<string, readonly ScenarioName[]>> = {
  record: ['record'],
  list: ['list'],
  pages: ['first page', 'last page'],
}

/** The scenarios behind names given on the command line. */
export function findScenarios(names: readonly string[]): readonly ScenarioName[] {
  return names.flatMap((name) => {
    const found = scenarios[name]
    if (found === undefined)
      throw new Error(`There is no scenario "${name}"; there are ${Object.keys(scenarios).join(', ')}`)
    return found
  })
}

/** All questions of a scenario, in the words of one server. */
export async function makeQuestions(
  scenario: ScenarioName,
  target: Target,
  truth: Truth,
): Promise<readonly Question[]> {
  switch (scenario) {
    case 'record':
      return truth.invoices.map(({ customer: _customer, items: _items, ...answer }) =>
        makeQuestion(target, 'record', { id: answer.id }, answer),
      )
    case 'list':
      return makeListQuestions(target, truth, await walkPages(target, truth))
    case 'first page':
      return [makeQuestion(target, 'items', { after: null }, { nodes: truth.items.slice(0, 5) })]
    case 'last page': {
      const after = await findCursor(target, 'lastItems', null)
      return [makeQuestion(target, 'items', { after }, { nodes: truth.items.slice(-5) })]
    }
  }
}

function makeQuestion(target: Target, operation: Operation, variables: Variables, answer: unknown): Question {
  return { body: target.writeBody(operation, variables), answer }
}

function makeListQuestions(
  target: Target,
  { invoices }: Truth,
  cursors: readonly (string | null)[],
): readonly Question[] {
  const nodes = invoices.map(({ customerId: _customerId, items, ...invoice }) => ({
    ...invoice,
    items: { nodes: items },
  }))
  return cursors.map((after, page) =>
    makeQuestion(target, 'list', { after }, { nodes: nodes.slice(page * pageSize, (page + 1) * pageSize) }),
  )
}

/** The cursors before each known page, as a client would meet them; null is before the first. */
async function walkPages(target: Target, { invoices }: Truth): Promise<readonly (string | null)[]> {
  const cursors: (string | null)[] = [null]
  while (cursors.length < invoices.length / pageSize)
    cursors.push(await findCursor(target, 'walk', cursors.at(-1) ?? null))
  return cursors
}

async function findCursor(target: Target, operation: Operation, after: string | null): Promise<string> {
  const answer = await askOnce(await target.open(), target.writeBody(operation, { after }))
  const { pageInfo } = answer as { pageInfo: Readonly<Record<string, string>> }
  const cursor = Object.values(pageInfo)[0]
  if (cursor === undefined) throw new Error(`${target.name} gave no cursor: ${JSON.stringify(answer)}`)
  return cursor
}
