// Rules in the admin API: what is defined, and defining, changing and deleting one.
import { randomUUID } from 'node:crypto'
import { sortRules } from '../../metadata/order.ts'
import { nameRule, readRule, type StoredRule } from '../../metadata/rule.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { addRuleInput, addRuleType } from './admin-rule-types.ts'
import { addRule, removeRule, replaceRule } from './behaviour-edits.ts'
import type { Builder } from './builder.ts'
import { locateInInput, readDefinitionInput } from './definition-input.ts'
import {
  type AdminParts,
  reasonDescription,
  refuseOvertaken,
  revisionDescription,
  saveChange,
} from './saving.ts'

type RuleType = ReturnType<typeof addRuleType>

const idDescription = 'The id of the rule.'

/** Adds the rules and what can be done with them. */
export function addRules(builder: Builder<Context>, parts: AdminParts): void {
  const ruleType = addRuleType(builder, parts.choices, parts.loadTypes)
  addRuleQueries(builder, ruleType)
  addRuleMutations(builder, parts, ruleType)
  addDeleteRule(builder, parts)
}

function addRuleQueries(builder: Builder<Context>, ruleType: RuleType): void {
  builder.queryField('rules', (t) =>
    t.field({
      type: [ruleType],
      access: 'admin',
      description: 'The rules, entity by entity, in the order in which they are asked.',
      args: { entity: t.arg.string({ description: 'Only those of this entity.' }) },
      resolve: (_, { entity }, { edition }) =>
        sortRules(edition.registry.definitions).filter(
          (rule) => typeof entity !== 'string' || rule.entity === entity,
        ),
    }),
  )
  builder.queryField('rule', (t) =>
    t.field({
      type: ruleType,
      nullable: true,
      access: 'admin',
      description: 'One rule; null when there is none of that id.',
      args: { id: t.arg.id({ required: true, description: idDescription }) },
      resolve: (_, { id }, { edition }) => edition.registry.definitions.rules.find((rule) => rule.id === id),
    }),
  )
}

function addRuleMutations(
  builder: Builder<Context>,
  { choices, loadTypes, hooks }: AdminParts,
  ruleType: RuleType,
): void {
  const ruleInput = addRuleInput(builder, choices, loadTypes)
  builder.mutationField('createRule', (t) =>
    t.field({
      type: ruleType,
      access: 'admin',
      description: 'Defines a rule. Records that are there already are not looked at.',
      args: {
        input: t.arg({ type: ruleInput, required: true, description: 'The definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { input, expectRevision, reason }, context) => {
        const rule: StoredRule = { ...readDefinitionInput(input, readRule), id: randomUUID() }
        await saveChange(context, hooks, {
          edit: (current) => addRule(current, rule),
          locate: locateInInput('rule', nameRule(rule)),
          expectRevision,
          reason,
        })
        return findSaved(context, rule.id)
      },
    }),
  )
  builder.mutationField('updateRule', (t) =>
    t.field({
      type: ruleType,
      access: 'admin',
      description: 'Puts a new definition in the place of the old one.',
      args: {
        id: t.arg.id({ required: true, description: idDescription }),
        input: t.arg({ type: ruleInput, required: true, description: 'The whole new definition.' }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { id, input, expectRevision, reason }, context) => {
        const rule: StoredRule = { ...readDefinitionInput(input, readRule), id: String(id) }
        await saveChange(context, hooks, {
          edit: (current) => replaceRule(current, rule),
          locate: locateInInput('rule', nameRule(rule)),
          expectRevision,
          reason,
        })
        return findSaved(context, rule.id)
      },
    }),
  )
}

/** The rule as this instance serves it now. */
function findSaved({ app }: Context, id: string): StoredRule {
  const rule = app.readEdition().registry.definitions.rules.find((each) => each.id === id)
  if (rule === undefined) throw refuseOvertaken(`The rule ${describe(id)}`)
  return rule
}

function addDeleteRule(builder: Builder<Context>, { changeType, hooks }: AdminParts): void {
  builder.mutationField('deleteRule', (t) =>
    t.field({
      type: changeType,
      access: 'admin',
      description: 'Takes a rule out of the definitions. Fields that it computed keep their values.',
      args: {
        id: t.arg.id({ required: true, description: idDescription }),
        expectRevision: t.arg.int({ description: revisionDescription }),
        reason: t.arg.string({ description: reasonDescription }),
      },
      resolve: async (_, { id, expectRevision, reason }, context) =>
        await saveChange(context, hooks, {
          edit: (current) => removeRule(current, String(id)),
          expectRevision,
          reason,
        }),
    }),
  )
}
