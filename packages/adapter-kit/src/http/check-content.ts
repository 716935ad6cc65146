import { IntegrationError } from '@unioneyes/core'
import type { Answer } from './answer.ts'

/** JSON that ends in the middle: the connection was cut by something that did not say so. Worth another attempt. */
export class CutOffError extends Error {}

/** What an answer belongs to, for messages. */
export interface AboutRequest {
  readonly provider: string
  readonly entity: string | undefined
  /** Method and path. */
  readonly request: string
}

/** @throws IntegrationError RESPONSE_INVALID when an answer is a web page or XML where JSON was asked for. */
export function checkContent(answer: Answer, about: AboutRequest): void {
  const type = (answer.headers.get('content-type') ?? '').toLowerCase()
  if (type.includes('json') || answer.bytes.length === 0) return
  const what = /\bx?html\b/.test(type) ? 'HTML' : /\bxml\b/.test(type) ? 'XML' : undefined
  const found = what ?? (startsWithMarkup(answer.bytes) ? 'HTML or XML' : undefined)
  if (found === undefined) return
  const { provider, entity, request } = about
  throw new IntegrationError(
    'RESPONSE_INVALID',
    `${provider} answered ${request} with ${found} instead of JSON: a login or maintenance page, or the wrong host. Check the connection settings.`,
    { provider, entity, status: answer.status },
  )
}

/** What is wrong with an answer that could not be parsed. */
export function unparsable(error: SyntaxError, answer: Answer, about: AboutRequest): Error {
  const { provider, entity, request } = about
  if (isCutOff(error, answer)) return new CutOffError(`The JSON that ${provider} answered to ${request} is cut off.`)
  return new IntegrationError(
    'RESPONSE_INVALID',
    `The answer of ${provider} to ${request} is not JSON. Something else may answer in its place, such as a proxy or a sign-in page; otherwise report it to the adapter.`,
    {
      provider,
      entity,
      status: answer.status,
    },
  )
}

// V8 says where it stopped; at the end of the text means that more was expected.
function isCutOff(error: SyntaxError, answer: Answer): boolean {
  if (/end of JSON input|unterminated/i.test(error.message)) return true
  const position = /at position (\d+)/.exec(error.message)?.[1]
  return position !== undefined && Number(position) >= answer.text().trimEnd().length
}

function startsWithMarkup(bytes: Buffer): boolean {
  return bytes
    .subarray(0, 64)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .startsWith('<')
}
