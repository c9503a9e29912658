// Sends one file with progress, which fetch cannot tell: a GraphQL multipart request by XMLHttpRequest.
import { address, type Reply, readReply } from './api.ts'
import { readToken } from './session.ts'

const query = 'mutation($file: Upload!) { uploadFile(file: $file) { id } }'

/** Sends the file and gives its id; `tell` hears the share that was sent, from 0 to 1. */
export async function uploadFile(file: File, tell: (share: number) => void): Promise<string> {
  const form = new FormData()
  form.append('operations', JSON.stringify({ query, variables: { file: null } }))
  form.append('map', JSON.stringify({ 0: ['variables.file'] }))
  form.append('0', file)
  const reply = (await post(form, await readToken(), tell)) as Reply<{ uploadFile: { id: string } }>
  return readReply(reply).uploadFile.id
}

function post(form: FormData, token: string | undefined, tell: (share: number) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.responseType = 'json'
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`)
    request.upload.onprogress = ({ loaded, total }) => tell(loaded / total)
    request.onload = () => resolve(request.response ?? {})
    request.onerror = () => reject(new Error('The file could not be sent'))
    request.send(form)
  })
}
