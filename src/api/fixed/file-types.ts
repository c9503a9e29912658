// The types of files in the data API.
import { writeReadUrl } from '../../files/address.ts'
import type { Ticket } from '../../files/direct.ts'
import type { StoredFile } from '../../files/file-rows.ts'
import type { Context } from '../context.ts'
import { type Builder, dateTimeType } from './builder.ts'

export type FileType = ReturnType<typeof addFileType>

/** Adds the type of a file, as records have it too. */
export function addFileType(builder: Builder<Context>) {
  return builder.objectRef<StoredFile>('File').implement({
    description: 'A file that was uploaded. As an input it is its id.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id, to put it into records.' }),
      filename: t.exposeString('filename', { description: 'The name it came with, made safe.' }),
      mimeType: t.exposeString('mimeType', { description: 'Its type, told from its bytes.' }),
      size: t.exposeFloat('size', { description: 'How many bytes it has; always a whole number.' }),
      checksum: t.exposeString('checksum', { description: 'SHA-256 of its bytes, in hex.' }),
      url: t.string({
        description: 'An address under which anybody can read it, for an hour at most.',
        resolve: (file, _, { app }) => writeReadUrl(app.files, file),
      }),
    }),
  })
}

/** Adds the type of what createUpload gives. */
export function addTicketType(builder: Builder<Context>) {
  const header = builder.objectRef<Readonly<{ name: string; value: string }>>('UploadHeader').implement({
    description: 'A header of the request that sends the bytes.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      value: t.exposeString('value', { description: 'Its value.' }),
    }),
  })
  return builder.objectRef<Ticket>('UploadTicket').implement({
    description: 'Where the bytes of an announced file go: one PUT, with nothing else in its body.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id that the file will have.' }),
      url: t.exposeString('url', {
        description: 'The address of the PUT; without a host it is on this server.',
      }),
      headers: t.field({
        type: [header],
        description: 'The headers that the PUT must have; most clients set the length by themselves.',
        resolve: ({ headers }) => Object.entries(headers).map(([name, value]) => ({ name, value })),
      }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When the address ends.',
        resolve: ({ expiresAt }) => expiresAt.toISOString(),
      }),
    }),
  })
}
