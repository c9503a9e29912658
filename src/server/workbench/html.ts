// How every page is written: names escaped, and headers that let nothing run but our own files.
import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { addVary } from '../reply.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it can stand in HTML, also within an attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}

/** A value as it can stand in a script element that is data. */
export function writeData(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** Sends a page; `write` gets the nonce that its scripts need. */
export function sendHtml(response: ServerResponse, write: (nonce: string) => string): void {
  const nonce = randomBytes(18).toString('base64')
  addVary(response, 'accept')
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': writePolicy(nonce),
    })
    .end(write(nonce))
}

/** The editor makes style elements as it goes, so styles may stand in the page; scripts may not. */
function writePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
