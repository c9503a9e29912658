// The field `history` of every entity: what was written of a record, newest first, in the names and forms of the API.
import DataLoader from 'dataloader'
import {
  type GraphQLFieldConfig,
  GraphQLID,
  GraphQLInt,
  type GraphQLResolveInfo,
  GraphQLString,
  isEnumType,
} from 'graphql'
import type { Row } from '../../database/connect.ts'
import {
  type Asked,
  type AuditEntry,
  countHistories,
  type Entries,
  findHistories,
} from '../../pipeline/reads/history.ts'
import { nestedPage, type PageArguments, readPage } from '../../pipeline/reads/page.ts'
import { readRecordFile } from '../../pipeline/stages/attach.ts'
import type { Context } from '../context.ts'
import { type History, HistoryConnection } from './history-types.ts'
import { type LeafType, leafOf } from './leaf-types.ts'
import { findLevel } from './levels.ts'
import { startRead } from './read.ts'
import { selectFields } from './selection.ts'
import type { Shape } from './shape.ts'

type LeafTypes = ReadonlyMap<string, LeafType>
type Given = Pick<PageArguments, 'first' | 'after'>

/** The field; it reads only of records that somebody has found, so it asks nobody whether they may be seen. */
export function buildHistory(shape: Shape, leafTypes: LeafTypes): GraphQLFieldConfig<Row, Context> {
  const { usual, most } = nestedPage(shape.limits)
  const telling = { shape, tell: createTeller(shape, leafTypes) }
  return {
    type: HistoryConnection,
    description: `What was written of this ${shape.entity.name}, newest first`,
    args: {
      first: { type: GraphQLInt, description: `How many entries; ${usual} when absent, at most ${most}` },
      after: { type: GraphQLString, description: 'Only entries behind this cursor, which is older ones' },
    },
    resolve: (row, input, context, info) =>
      resolveHistory(String(row.id), input as Given, context, info, telling),
  }
}

/** Whose entries are told, and how. */
type Telling = Readonly<{ shape: Shape; tell(entry: AuditEntry): Row }>

const noEntries: Entries = { entries: [], hasMore: false }

async function resolveHistory(
  key: string,
  input: Given,
  context: Context,
  info: GraphQLResolveInfo,
  { shape, tell }: Telling,
): Promise<History> {
  const scope = { key: context.app.cursorKey, order: `history of ${shape.entity.name} ${key}` }
  const page = readPage(input, nestedPage(shape.limits), scope, shape.limits.offset)
  const level = findLevel(context, info.fieldNodes, () => openLevel(shape, page.size, context))
  const asked = page.after?.[0] ? { key, before: page.after[0] } : { key }
  const found = wantsEntries(info) ? await level.entries.load(asked) : noEntries
  const nodes = found.entries.map(tell)
  return { nodes, hasMore: found.hasMore, page, scope, count: () => level.counts.load(key) }
}

function wantsEntries(info: GraphQLResolveInfo): boolean {
  return selectFields(info, info.fieldNodes).some(({ name }) =>
    ['nodes', 'edges', 'pageInfo'].includes(name.value),
  )
}

type Level = Readonly<{
  entries: DataLoader<Asked, Entries, string>
  counts: DataLoader<string, number>
}>

function openLevel(shape: Shape, size: number, context: Context): Level {
  const asking = startRead(shape, new Map(), context)
  const entries = new DataLoader<Asked, Entries, string>(
    (asked) => {
      context.app.noteBatch?.(asked.length)
      return findHistories(asking, asked, size)
    },
    {
      cacheKeyFn: ({ key }) => key,
    },
  )
  const counts = new DataLoader<string, number>(async (keys) => {
    const found = await countHistories(asking, keys)
    return keys.map((key) => found.get(key) ?? 0)
  })
  return { entries, counts }
}

/** What the API does not show of a record, it does not show of its past; `$0` is what the cursor is made of. */
function createTeller(shape: Shape, leafTypes: LeafTypes): Telling['tell'] {
  const names = new Map([...shape.columns].map(([apiName, field]) => [field.name, apiName]))
  return (entry) => ({
    ...entry,
    $0: entry.id,
    changed: entry.changed.filter((name) => isTold(entry, name)).flatMap((name) => names.get(name) ?? []),
    old: tellRecord(shape, leafTypes, entry.old),
    new: tellRecord(shape, leafTypes, entry.new),
  })
}

/** A field of which neither value is told did not change for the one who asks. */
function isTold({ old, new: record }: AuditEntry, name: string): boolean {
  return [old, record].some((image) => image !== null && Object.hasOwn(image, name))
}

function tellRecord(shape: Shape, leafTypes: LeafTypes, record: Row | null): Row | null {
  if (record === null) return null
  const told: Row = {}
  for (const [apiName, field] of shape.columns)
    if (Object.hasOwn(record, field.name))
      told[apiName] =
        field.type === 'file'
          ? readRecordFile(record[field.name])
          : tellValue(leafOf(leafTypes, field.name), record[field.name])
  return told
}

/** As the field itself would give it; a value that an enum no longer has is told as it was stored. */
function tellValue(leaf: LeafType, value: unknown): unknown {
  if (isEnumType(leaf)) return leaf.getValues().find((each) => each.value === value)?.name ?? value
  return leaf === GraphQLID && typeof value === 'number' ? String(value) : value
}
