// Documents found in the wild: what older exports say in other words is said in those of this language, each change with a warning.
import type { Problem } from '../../errors.ts'
import { isObject, joinPath } from '../../reader.ts'
import { lowerNames } from './capitals.ts'
import { findNeeded, tameEntity } from './entity.ts'
import { tamePermission } from './permission.ts'
import { tameRelation } from './relation.ts'
import type { Warn, Wild } from './wild.ts'

/** A document in the words of this language, as far as they were understood; the rest is for `readDocument` to refuse. */
export type Tamed = Readonly<{ document: unknown; warnings: readonly Problem[] }>

/** Reads a document of whatever age. A place in it stays that place: what is left out leaves a hole in its list. */
export function readWild(value: unknown): Tamed {
  const warnings: Problem[] = []
  const warn: Warn = (path, message) => void warnings.push({ path, message })
  const found = openEnvelope(value)
  if (!isObject(found)) return { document: found, warnings }
  warnUnused(found, warn)
  const opened = {
    ...found,
    ...tameList(found, 'entities', (item, path) => tameEntity(item, warnAt(warn, path))),
  }
  const named = lowerNames(opened, warn)
  const needed = findNeeded(named.entities)
  const document = {
    ...named,
    ...tameList(named, 'relations', (item, path) => tameRelation(item, needed, warnAt(warn, path))),
    ...tameList(named, 'permissions', (item, path) => tamePermission(item, warnAt(warn, path))),
    ...tameList(named, 'webhooks', dropEmptyCondition),
  }
  return { document, warnings }
}

/** The answer of the older server is the document under `data`. */
function openEnvelope(value: unknown): unknown {
  return isObject(value) && Object.keys(value).join() === 'data' ? value.data : value
}

function warnUnused({ ui_configs: screens }: Wild, warn: Warn): void {
  if (!Array.isArray(screens) || screens.length === 0) return
  warn('ui_configs', `are ignored, ${screens.length} of them: there are no screens to configure here`)
}

function warnAt(warn: Warn, at: string): Warn {
  return (path, message) => warn(path === '' ? at : joinPath(at, path), message)
}

type TameItem = (item: Wild, path: string) => unknown

function tameList(document: Wild, key: string, tame: TameItem): Wild {
  return key in document
    ? { [key]: mapList(document[key], (item, index) => tame(item, joinPath(key, index))) }
    : {}
}

/** Anything but a list of objects is left for the reader to refuse; an undefined item leaves a hole. */
function mapList(list: unknown, tame: (item: Wild, index: number) => unknown): unknown {
  if (!Array.isArray(list)) return list
  const items = list.map((item: unknown, index) => (isObject(item) ? tame(item, index) : item))
  items.forEach((item, index) => {
    if (item === undefined) delete items[index]
  })
  return items
}

function dropEmptyCondition(webhook: Wild): unknown {
  const { condition, ...rest } = webhook
  return condition === '' ? rest : webhook
}
