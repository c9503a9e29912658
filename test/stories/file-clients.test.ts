// The clients that people use send a file: Apollo with its upload link, urql as it is, and a page in a browser.
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { Client, fetchExchange } from '@urql/core'
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from '../support/browser.ts'
import { png, upload } from '../support/files.ts'
import { dataOf, type Server, startTestServer } from '../support/server.ts'

// What a run without a browser leaves out shall be seen in its output.
if (browserPath === undefined)
  process.stderr.write('No chromium was found: a story of test/stories/file-clients.test.ts did not run.\n')

let server: Server
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const query = 'mutation($file: Upload!) { uploadFile(file: $file) { filename mimeType size } }'
const file = new File([new Uint8Array(png)], 'ünïcødé rose.png', { type: 'image/png' })
const expected = { filename: 'ünïcødé rose.png', mimeType: 'image/png', size: png.length }

test('Apollo Client sends a file', async () => {
  const link = new UploadHttpLink({
    uri: server.address('data'),
    headers: { authorization: `Bearer ${server.token}` },
  })
  const client = new ApolloClient({ link, cache: new InMemoryCache() })
  const { data } = await client.mutate({ mutation: gql(query), variables: { file } })
  expect(data).toMatchObject({ uploadFile: expected })
})

test('urql sends a file', async () => {
  const client = new Client({
    url: server.address('data'),
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${server.token}` } },
  })
  const { data, error } = await client.mutation(query, { file }).toPromise()
  expect(error).toBeUndefined()
  expect(data).toMatchObject({ uploadFile: expected })
})

describe.skipIf(browserPath === undefined)('in a browser (needs chromium)', () => {
  test('a page shows an image by its signed address, and runs nothing of what looks like a page', async () => {
    const send = async (name: string, type: string, bytes: Buffer | string): Promise<string> =>
      dataOf(await upload(server.url, server.token, { name, type, bytes })).uploadFile.url
    const script =
      '<svg xmlns="http://www.w3.org/2000/svg"><script>window.top.document.title = "taken"</script></svg>'
    const image = await send('rose.png', 'image/png', png)
    const picture = await send('evil.svg', 'image/svg+xml', script)
    const html = await send('evil.html', 'text/plain', '<script>document.title = "taken"</script>')
    const { context, close } = await openBrowser()
    try {
      const page = await context.newPage()
      await page.goto(`${server.url}/`)
      const widths = await page.evaluate(
        async (addresses) => {
          const load = (src: string) =>
            new Promise<number>((resolve) => {
              const image = document.createElement('img')
              image.onload = () => resolve(image.naturalWidth)
              image.onerror = () => resolve(-1)
              image.src = src
              document.body.append(image)
            })
          return await Promise.all(addresses.map(load))
        },
        [image, `${image}x`],
      )
      expect(widths).toEqual([1, -1])
      const response = await page.goto(server.url + html)
      expect(response?.headers()).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' })
      expect(await page.title()).toBe('')
      expect(await page.locator('body').innerText()).toContain('<script>')
      await expect(page.goto(server.url + picture)).rejects.toThrow('Download is starting')
    } finally {
      await close()
    }
  }, 60_000)
})
