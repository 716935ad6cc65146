import { createHash, hash } from 'node:crypto'
import { parseJsonText } from '@unioneyes/core'

/** What the provider answered: its status, its headers, and its body read to the end. */
export class Answer {
  readonly status: number
  readonly headers: Headers
  readonly url: string
  readonly #chunks: readonly Uint8Array[]
  #bytes: Buffer | undefined

  /** @param chunks the body as it arrived: put together only when somebody wants to read it. */
  constructor(status: number, headers: Headers, url: string, chunks: readonly Uint8Array[]) {
    this.status = status
    this.headers = headers
    this.url = url
    this.#chunks = chunks
  }

  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.concat(this.#chunks))
  }

  /** How long the body is, in bytes. */
  get size(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  /** SHA-256 of the body, in hexadecimal digits. */
  digest(): string {
    const [first, ...more] = this.#chunks
    if (first === undefined || more.length === 0) return hash('sha256', first ?? '')
    const whole = createHash('sha256')
    for (const chunk of this.#chunks) whole.update(chunk)
    return whole.digest('hex')
  }

  /** The body as UTF-8 text. A property, so that callbacks may take it apart from its answer. */
  readonly text = (): string => {
    // A byte order mark is not part of the text; JSON.parse would stumble over it.
    const start = this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf ? 3 : 0
    return this.bytes.toString('utf8', start)
  }

  /** The body as JSON, or undefined when it is something else: what a refusal may say. */
  readonly jsonOrNothing = (): unknown => {
    try {
      return this.json()
    } catch {
      return undefined
    }
  }

  /** The body as JSON with every digit kept, or undefined when there is none. @throws SyntaxError when it is not JSON. */
  json(): unknown {
    return this.status === 204 || this.status === 205 ? undefined : parseJsonText(this.text())
  }

  /** The provider's own time when it answered, or undefined when it did not say. */
  get date(): Date | undefined {
    const time = Date.parse(this.headers.get('date') ?? '')
    return Number.isNaN(time) ? undefined : new Date(time)
  }
}
