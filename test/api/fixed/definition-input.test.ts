// Between the admin API's inputs and the metadata language: spelling there, paths of problems back.
import { describe, expect, it } from 'vitest'
import {
  locateInEntity,
  locateInInput,
  readDefinitionInput,
  toDefinition,
} from '../../../src/api/fixed/definition-input.ts'
import { readEntity } from '../../../src/metadata/entity.ts'

function read(input: unknown): unknown {
  try {
    return readDefinitionInput(input, readEntity)
  } catch (error) {
    return error
  }
}

describe('an input', () => {
  it('is spelled as documents are, at every depth', () => {
    const input = { softDelete: false, fields: [{ maxSize: 5 }], slug: { regenerateOnUpdate: true } }
    expect(toDefinition(input)).toEqual({
      soft_delete: false,
      fields: [{ max_size: 5 }],
      slug: { regenerate_on_update: true },
    })
  })

  it('keeps the keys of a default, which are data', () => {
    const input: unknown = JSON.parse('{"default": {"camelCase": {"deepKey": 1}, "__proto__": 1}}')
    expect(JSON.stringify(toDefinition(input))).toBe('{"default":{"camelCase":{"deepKey":1},"__proto__":1}}')
  })

  it('that is good becomes the definition, every default filled in', () => {
    expect(
      read({ name: 'photo', softDelete: null, fields: [{ name: 'image', type: 'file', maxSize: 5 }] }),
    ).toMatchObject({
      table: 'photos',
      softDelete: true,
      fields: [{ name: 'id' }, { name: 'image', maxSize: 5 }],
    })
  })

  it('that is bad is refused with every problem, located as it was written', () => {
    const input = {
      name: 'photo',
      uniqueTogether: [['title', 'author']],
      slug: { source: 'titel' },
      fields: [
        { name: 'title', type: 'string', maxSize: 5 },
        { name: 'image', type: 'file', maxSize: -1 },
      ],
    }
    expect(read(input)).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [
        { path: 'input.fields[0].maxSize', message: 'is for file fields, not for string' },
        {
          path: 'input.fields[1].maxSize',
          message: expect.stringContaining('must be a whole number from 1'),
        },
        { path: 'input.uniqueTogether[0]', message: 'names no field of the entity: "author"' },
        { path: 'input.slug.source', message: 'must name another string or text field, found "titel"' },
      ],
    })
  })
})

describe('a problem of what was saved', () => {
  const input = {
    name: 'post',
    slug: { source: 'title' },
    fields: [
      { name: 'id', type: 'uuid' },
      { name: 'title', type: 'string' },
    ],
  }
  const locate = locateInEntity(readDefinitionInput(input, readEntity), input)

  it('is located in the input, which may list the key although documents do not', () => {
    const problem = { kind: 'entity', name: 'post', path: 'fields[0].max_size', message: '' } as const
    expect(locate(problem)).toBe('input.fields[1].maxSize')
  })

  it('that does not lie in a field is located too', () => {
    expect(locate({ kind: 'entity', name: 'post', path: 'soft_delete', message: '' })).toBe(
      'input.softDelete',
    )
  })

  it('of another definition is not located in this input', () => {
    expect(locate({ kind: 'entity', name: 'tag', path: 'name', message: '' })).toBeUndefined()
    expect(locate({ kind: 'relation', name: 'post.tags', path: 'name', message: '' })).toBeUndefined()
  })

  it('of a relation is located by source and name', () => {
    const locateRelation = locateInInput('relation', 'post.tags')
    expect(locateRelation({ kind: 'relation', name: 'post.tags', path: 'on_delete', message: '' })).toBe(
      'input.onDelete',
    )
    expect(
      locateRelation({ kind: 'relation', name: 'user.tags', path: 'on_delete', message: '' }),
    ).toBeUndefined()
  })
})
