// The root fields that follow the records of an entity: each change that the viewer may see, until something ends it.
import { type GraphQLFieldConfig, type GraphQLFieldConfigMap, GraphQLNonNull, GraphQLString } from 'graphql'
import type { Sql } from '../../database/connect.ts'
import { fail } from '../../errors.ts'
import { findChanges, findLastPlace, isAhead, type Place } from '../../pipeline/reads/changes.ts'
import { type CursorScope, readCursor } from '../../pipeline/reads/cursor.ts'
import type { Context } from '../context.ts'
import type { Event } from './change-events.ts'
import type { EntityTypes } from './entity-types.ts'
import { camelCase } from './names.ts'
import { startRead } from './read.ts'
import type { Shape } from './shape.ts'
import { readFilter } from './where.ts'

/** How long the changes behind a cursor can still be asked for, in milliseconds. */
const keptFor = 3_600_000

type Given = Readonly<{ where?: unknown; after?: string | null }>

/** The following root field of an entity. */
export function buildSubscriptions(types: EntityTypes): GraphQLFieldConfigMap<unknown, Context> {
  return { [`${camelCase(types.shape.entity.name)}Changed`]: buildChanged(types) }
}

function buildChanged({ shape, filter, changeEvent }: EntityTypes): GraphQLFieldConfig<unknown, Context> {
  return {
    type: new GraphQLNonNull(changeEvent),
    description: `Tells each change of the visible ${shape.entity.plural.replaceAll('_', ' ')}, in the order in which they were committed`,
    args: {
      where: {
        type: filter,
        description: 'Only records that these conditions hold for, before or after the change',
      },
      after: { type: GraphQLString, description: 'Go on behind this cursor, which is an hour old at most' },
    },
    subscribe: (_root, given, context) => follow(shape, given as Given, context),
    resolve: (event) => event,
  }
}

/** The events of one subscription; `return` ends it even while it waits. */
async function follow(shape: Shape, given: Given, context: Context): Promise<AsyncGenerator<Event>> {
  const { app, viewer, address } = context
  const scope = { key: app.cursorKey, order: `changes of ${shape.entity.name}` }
  const filter = readFilter(shape, given.where)
  const place =
    given.after == null ? await findLastPlace(app.pool) : await readPlace(app.pool, scope, given.after)
  const follower = app.feed.follow(shape.entity.name, viewer.id ?? address)
  const read = startRead(shape, new Map(), context)
  const events = tellEvents()
  async function* tellEvents(): AsyncGenerator<Event> {
    try {
      for (let behind = place; !follower.signal.aborted; ) {
        follower.mark()
        const found = await findChanges(read, filter, behind)
        for (const change of found.changes) {
          await checkStill(context)
          yield { ...change, scope }
        }
        await checkStill(context)
        behind = found.place
        if (!found.hasMore) await follower.wait()
      }
      if (follower.isOver()) throw tellOver()
    } finally {
      follower.leave()
    }
  }
  const leave = events.return.bind(events)
  events.return = (value) => {
    follower.leave()
    return leave(value)
  }
  return events
}

function tellOver(): Error {
  const message = 'This server stops, or closes the app; subscribe again after the last cursor'
  return fail('LIMIT_EXCEEDED', message, undefined, { retryAfter: 1 })
}

async function readPlace(sql: Sql, scope: CursorScope, cursor: string): Promise<Place> {
  const [transaction, id, at] = readCursor(scope, cursor, 'after')
  if (Date.now() - Date.parse(String(at)) > keptFor) throw refuseCursor('is more than an hour old')
  const place = { transaction: String(transaction), id: String(id) }
  if (await isAhead(sql, place)) throw refuseCursor('is from before the database was restored')
  return place
}

function refuseCursor(reason: string): Error {
  const message = `${reason}; read the list anew and subscribe without it`
  return fail('BAD_USER_INPUT', `after ${message}`, [{ path: 'after', message }])
}

/** A subscription ends with the rights and the definitions that it began with. */
async function checkStill({ app, viewer, edition, recheckViewer }: Context): Promise<void> {
  const now = await recheckViewer()
  if (JSON.stringify([now.roles, now.attributes]) !== JSON.stringify([viewer.roles, viewer.attributes]))
    throw fail('FORBIDDEN', 'Your roles or attributes have changed; subscribe again after the last cursor')
  if (app.readEdition() !== edition)
    throw fail('CONFLICT', 'The definitions have changed; subscribe again after the last cursor')
}
