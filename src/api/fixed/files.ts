// The files of an app in its data API: they come here, are looked at and go again; records refer to them by id.
import { isUuid } from '../../auth/uuid.ts'
import { isAdmin, type Viewer } from '../../auth/viewer.ts'
import { fail } from '../../errors.ts'
import { completeTicket, createTicket } from '../../files/direct.ts'
import { doomFile, findStored, listFiles, type OwnedFile } from '../../files/file-rows.ts'
import { keepIncoming } from '../../files/incoming.ts'
import { mayReadFile } from '../../pipeline/stages/file-sight.ts'
import { describe } from '../../reader.ts'
import type { Context } from '../context.ts'
import { type Builder, uploadType } from './builder.ts'
import { addFileType, addTicketType, type FileType } from './file-types.ts'
import { checkPage, pageArguments } from './page-arguments.ts'

/** Adds the files. */
export function addFiles(builder: Builder<Context>): void {
  const fileType = addFileType(builder)
  addUploads(builder, fileType)
  addDirectUploads(builder, fileType)
  addFileQueries(builder, fileType)
  addDeleteFile(builder)
}

function addUploads(builder: Builder<Context>, fileType: FileType): void {
  builder.mutationField('uploadFile', (t) =>
    t.field({
      type: fileType,
      access: 'user',
      description:
        'Keeps a file that comes with the request. It is yours alone until a record refers to it, and is removed after a day without one.',
      args: { file: t.arg({ type: uploadType, required: true, description: 'The file.' }) },
      resolve: (_, { file }, { app, viewer }) => keepIncoming(app.files, file, requireId(viewer)),
    }),
  )
}

function addDirectUploads(builder: Builder<Context>, fileType: FileType): void {
  const ticketType = addTicketType(builder)
  builder.mutationField('createUpload', (t) =>
    t.field({
      type: ticketType,
      access: 'user',
      description: 'Announces a large file, and says where its bytes go; `completeUpload` comes after them.',
      args: {
        filename: t.arg.string({ required: true, description: 'Its name.' }),
        size: t.arg.float({ required: true, description: 'How many bytes it has, exactly.' }),
        mimeType: t.arg.string({ description: 'Its type; asked only where its bytes cannot tell.' }),
      },
      resolve: (_, { filename, size, mimeType }, { app, viewer }) =>
        createTicket(app.files, { filename, size, mimeType: mimeType ?? '', uploader: requireId(viewer) }),
    }),
  )
  builder.mutationField('completeUpload', (t) =>
    t.field({
      type: fileType,
      access: 'user',
      description: 'Looks at the bytes that came for an announced file, and keeps it like an uploaded one.',
      args: { id: t.arg.id({ required: true, description: 'The id that createUpload gave.' }) },
      resolve: (_, { id }, { app, viewer }) => {
        if (!isUuid(String(id)))
          throw fail('NOT_FOUND', `There is no file with the id ${describe(id)} that waits for its bytes`)
        return completeTicket(app.files, String(id), requireId(viewer))
      },
    }),
  )
}

function addFileQueries(builder: Builder<Context>, fileType: FileType): void {
  builder.queryField('file', (t) =>
    t.field({
      type: fileType,
      nullable: true,
      access: 'open',
      description: 'The file with this id; null when there is none or you may not read it.',
      args: { id: t.arg.id({ required: true, description: 'The id of the file.' }) },
      resolve: async (_, { id }, context) => (await findReadable(context, String(id))) ?? null,
    }),
  )
  builder.queryField('files', (t) =>
    t.field({
      type: [fileType],
      access: 'user',
      description: 'The files that you uploaded, the newest first; for administrators those of everybody.',
      args: {
        unused: t.arg.boolean({ description: 'Only those that no record refers to, or only the others.' }),
        first: t.arg.int(pageArguments.first),
        offset: t.arg.int(pageArguments.offset),
      },
      resolve: async (_, { unused, ...page }, { app, viewer }) => {
        checkPage(page)
        const own = isAdmin(viewer) ? {} : { uploader: requireId(viewer) }
        return [
          ...(await listFiles(app.pool, {
            ...page,
            ...own,
            ...(unused == null ? {} : { isUnused: unused }),
          })),
        ]
      },
    }),
  )
}

function addDeleteFile(builder: Builder<Context>): void {
  builder.mutationField('deleteFile', (t) =>
    t.boolean({
      access: 'user',
      description:
        'Deletes a file of yours that no record refers to; administrators delete those of others too.',
      args: { id: t.arg.id({ required: true, description: 'The id of the file.' }) },
      resolve: async (_, { id }, context) => {
        const { app, viewer } = context
        const file = await findReadable(context, String(id))
        if (file === undefined) throw fail('NOT_FOUND', `There is no file with the id ${describe(id)}`)
        if (file.uploader !== viewer.id && !isAdmin(viewer))
          throw fail('FORBIDDEN', 'Only who uploaded a file may delete it')
        if (await doomFile(app.pool, file.id)) return true
        throw fail('CONFLICT', 'A record refers to this file; take it out of the record first')
      },
    }),
  )
}

async function findReadable({ app, viewer, edition }: Context, id: string): Promise<OwnedFile | undefined> {
  const file = isUuid(id) ? await findStored(app.pool, id) : undefined
  if (file === undefined) return undefined
  const reader = { sql: app.pool, registry: edition.registry, viewer }
  return (await mayReadFile(reader, file)) ? file : undefined
}

/** Files belong to whoever sends them, so somebody must. */
function requireId({ id }: Viewer): string {
  if (id === undefined) throw fail('UNAUTHENTICATED', 'Log in to upload files')
  return id
}
