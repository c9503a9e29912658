// The selections of a document with its fragments put in; nothing here was validated yet, so fragments may lead in circles.
import type { DocumentNode, FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql'

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

export function findFragments({ definitions }: DocumentNode): Fragments {
  return new Map(
    definitions
      .filter((each) => each.kind === 'FragmentDefinition')
      .map((each) => [each.name.value, each] as const),
  )
}

/** The fields that stand in one place; those of a fragment once, however often it is spread there, as in the answer. */
export function* listFields(
  set: SelectionSetNode,
  fragments: Fragments,
  spread = new Set<string>(),
): Generator<FieldNode> {
  for (const selection of set.selections) {
    if (selection.kind === 'Field') yield selection
    else if (selection.kind === 'InlineFragment') yield* listFields(selection.selectionSet, fragments, spread)
    else {
      const name = selection.name.value
      const fragment = fragments.get(name)
      if (fragment === undefined || spread.has(name)) continue
      spread.add(name)
      yield* listFields(fragment.selectionSet, fragments, spread)
    }
  }
}
