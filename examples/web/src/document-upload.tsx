// The document of an invoice: sent with progress, put into the record, shown by its signed address.
import { useMutation } from '@apollo/client/react'
import { useState } from 'react'
import { Problem } from './field.tsx'
import { AttachDocumentDocument, type InvoiceQuery } from './gql/graphql.ts'
import { readProblems } from './problems.ts'
import { uploadFile } from './upload.ts'

type Props = Readonly<{ invoice: NonNullable<InvoiceQuery['invoice']> }>

export function DocumentUpload({ invoice: { id, document } }: Props) {
  const [attach] = useMutation(AttachDocumentDocument)
  const [share, setShare] = useState<number>()
  const [problem, setProblem] = useState<string>()

  const send = async (file: File) => {
    setProblem(undefined)
    try {
      await attach({ variables: { id, document: await uploadFile(file, setShare) } })
    } catch (error) {
      const { at, rest } = readProblems(error, ['document'])
      setProblem([...Object.values(at), ...rest].join('; '))
    }
    setShare(undefined)
  }

  return (
    <section aria-label="Document" className="document">
      {document && (
        <a href={document.url} target="_blank" rel="noreferrer">
          {document.filename} ({Math.ceil(document.size / 1024)} KB)
        </a>
      )}
      <label className="field">
        <span>{document ? 'Another PDF' : 'Document (PDF)'}</span>
        <input
          type="file"
          aria-describedby="document-problem"
          onChange={({ target }) => target.files?.[0] && void send(target.files[0])}
        />
      </label>
      {share !== undefined && <progress value={share} aria-label="Upload" />}
      <Problem name="document" text={problem} />
    </section>
  )
}
