// How the admin API shows a rule and how it takes one.
import type { RelatedLoad } from '../../metadata/related-load.ts'
import type { Rule, StoredRule } from '../../metadata/rule.ts'
import type { Context } from '../context.ts'
import type { Choices } from './admin-choices.ts'
import { type Builder, jsonType } from './builder.ts'

export type LoadTypes = ReturnType<typeof addLoadTypes>

/** Adds the types of related_load, which rules and transitions share. */
export function addLoadTypes(builder: Builder<Context>) {
  const type = builder.objectRef<RelatedLoad>('RelatedLoad').implement({
    description: 'A relation whose live records an expression sees, as `related.<relation>`.',
    fields: (t) => ({
      relation: t.exposeString('relation', { description: 'What the relation is called on the entity.' }),
      filter: t.field({
        type: jsonType,
        nullable: true,
        description: 'Which of them: fields of theirs, each with the values it may have.',
        resolve: ({ filter }) => (Object.keys(filter).length === 0 ? undefined : filter),
      }),
    }),
  })
  const input = builder.inputType('RelatedLoadInput', {
    description: 'A relation whose live records an expression sees, as `related.<relation>`.',
    fields: (t) => ({
      relation: t.string({ required: true, description: 'What the relation is called on the entity.' }),
      filter: t.field({
        type: jsonType,
        description:
          'Which of them: fields of theirs, as documents spell them, each with a value or a list of values.',
      }),
    }),
  })
  return { type, input }
}

/** Adds the type Rule. */
export function addRuleType(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  const definitionType = addDefinitionType(builder, choices, loads)
  return builder.objectRef<StoredRule>('Rule').implement({
    description: 'A rule of an entity as it is in force, every default filled in.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'What updateRule and deleteRule know it by.' }),
      name: t.string({
        nullable: true,
        description: 'What errors call it.',
        resolve: ({ name }) => name,
      }),
      entity: t.exposeString('entity', { description: 'The entity whose records it is for.' }),
      hook: t.field({ type: choices.hook, description: 'When it is asked.', resolve: ({ hook }) => hook }),
      type: t.field({ type: choices.ruleType, description: 'What it does.', resolve: ({ type }) => type }),
      priority: t.exposeInt('priority', { description: 'The lowest comes first.' }),
      active: t.exposeBoolean('active', { description: 'Whether it is asked at all.' }),
      definition: t.field({
        type: definitionType,
        description: 'What it says.',
        resolve: ({ definition }) => definition,
      }),
    }),
  })
}

type Definition = Rule['definition']

function addDefinitionType(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  return builder.objectRef<Definition>('RuleDefinition').implement({
    description: 'What a rule says; which parts there are follows from its type.',
    fields: (t) => ({
      field: t.string({
        nullable: true,
        description: 'The field that is compared or made, or that errors name.',
        resolve: ({ field }) => field,
      }),
      operator: t.field({
        type: choices.fieldOperator,
        nullable: true,
        description: 'FIELD: how it is compared.',
        resolve: (definition) => ('operator' in definition ? definition.operator : undefined),
      }),
      value: t.field({
        type: jsonType,
        nullable: true,
        description: 'FIELD: what it is compared with.',
        resolve: (definition) => ('value' in definition ? definition.value : undefined),
      }),
      expression: t.string({
        nullable: true,
        description: 'EXPRESSION: true of a record that breaks the rule. COMPUTED: the value of the field.',
        resolve: (definition) => ('expression' in definition ? definition.expression : undefined),
      }),
      message: t.string({
        nullable: true,
        description: 'What the user is told; a text is made of the rule when there is none.',
        resolve: (definition) => ('message' in definition ? definition.message : undefined),
      }),
      stopOnFail: t.boolean({
        description: 'Whether the rules behind it are not asked when it is broken.',
        resolve: (definition) => 'stopOnFail' in definition && definition.stopOnFail,
      }),
      relatedLoad: t.field({
        type: [loads.type],
        description: 'What the expression sees as `related`.',
        resolve: (definition) => ('relatedLoad' in definition ? [...definition.relatedLoad] : []),
      }),
    }),
  })
}

/** Adds the input type RuleInput. */
export function addRuleInput(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  const definitionInput = addDefinitionInput(builder, choices, loads)
  return builder.inputType('RuleInput', {
    description: 'The whole definition of a rule.',
    fields: (t) => ({
      name: t.string({ description: 'What errors call it, such as `number_length`; unique in its entity.' }),
      entity: t.string({ required: true, description: 'The entity whose records it is for.' }),
      hook: t.field({ type: choices.hook, description: 'When it is asked; by default BEFORE_WRITE.' }),
      type: t.field({ type: choices.ruleType, required: true, description: 'What it does.' }),
      priority: t.int({ description: 'The lowest comes first; by default 0.' }),
      active: t.boolean({ description: 'Whether it is asked at all; by default true.' }),
      definition: t.field({ type: definitionInput, required: true, description: 'What it says.' }),
    }),
  })
}

function addDefinitionInput(builder: Builder<Context>, choices: Choices, loads: LoadTypes) {
  return builder.inputType('RuleDefinitionInput', {
    description: 'What a rule says; which parts it may have follows from its type.',
    fields: (t) => ({
      field: t.string({ description: 'The field that is compared or made, or that errors name.' }),
      operator: t.field({ type: choices.fieldOperator, description: 'FIELD: how it is compared.' }),
      value: t.field({ type: jsonType, description: 'FIELD: what it is compared with.' }),
      expression: t.string({
        description: 'EXPRESSION: true of a record that breaks the rule. COMPUTED: the value of the field.',
      }),
      message: t.string({ description: 'FIELD, EXPRESSION: what the user is told.' }),
      stopOnFail: t.boolean({
        description: 'FIELD, EXPRESSION: whether the rules behind it are not asked when it is broken.',
      }),
      relatedLoad: t.field({
        type: [loads.input],
        description: 'EXPRESSION, COMPUTED: what the expression sees as `related`.',
      }),
    }),
  })
}
