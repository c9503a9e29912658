// Gives records the slug that their title makes, the first free one of its kind.
import type { Act } from './act.ts'
import { chooseSlugs, makeSlug } from './slug.ts'
import { groupBy, listWrites, type Write } from './writes.ts'

/** Makes the slugs of new records, and of those whose source changed where the entity wants that. */
export async function writeSlugs(act: Act, roots: readonly Write[]): Promise<void> {
  const wanting = listWrites(roots).flatMap((write) => {
    const base = findBase(write)
    return base === undefined ? [] : [{ write, base }]
  })
  for (const group of groupBy(wanting, ({ write }) => write.entity).values()) {
    const entity = group[0]?.write.entity
    if (entity?.slug === undefined) continue
    const wanted = group.map(({ write, base }) => ({
      base,
      ...(write.key == null ? {} : { key: write.key }),
    }))
    const slugs = await chooseSlugs(act.sql, entity, wanted)
    for (const [index, { write }] of group.entries()) write.row[entity.slug.field] = slugs[index]
  }
}

/** What a record's slug is made of, when it is to have one now. */
function findBase({ action, entity, old, row }: Write): string | undefined {
  const { slug } = entity
  if (slug === undefined || (action !== 'create' && action !== 'update')) return undefined
  const source = row[slug.source]
  const isDue = old?.[slug.field] == null || (slug.regenerateOnUpdate && old[slug.source] !== source)
  return isDue && source != null ? makeSlug(String(source)) || entity.name : undefined
}
