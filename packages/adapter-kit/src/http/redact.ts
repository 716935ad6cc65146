const SHORTEST_SECRET = 4
const SHORTEST_PART = 8
const MAX_LENGTH = 200
// Tokens are renewed: a long-lived connection must not collect them for ever.
const MAX_SECRETS = 200

/** Makes text of a provider fit for a message: one short line, without control characters and without any credential. */
export class Redactor {
  readonly #first: ReadonlySet<string>
  /** What was learned since, the latest last. */
  readonly #later = new Set<string>()
  #secrets: readonly string[] = []

  /** @param credentials the connection's, whatever their shape. */
  constructor(credentials: unknown) {
    const first = new Set<string>()
    collect(credentials, first)
    this.#first = first
    this.#sort()
  }

  /** Takes further secrets: the headers that sign a request hold them in yet another form. */
  learn(source: unknown): void {
    const known = this.#first.size + this.#later.size
    collect(source, this.#later, this.#first)
    if (this.#first.size + this.#later.size === known) return
    // The oldest go: tokens that were renewed long ago are worth nothing.
    for (const secret of this.#later) {
      if (this.#later.size <= MAX_SECRETS) break
      this.#later.delete(secret)
    }
    this.#sort()
  }

  // Longest first: a secret that contains another one goes as a whole.
  #sort(): void {
    this.#secrets = [...this.#first, ...this.#later].sort((left, right) => right.length - left.length)
  }

  /** The text without secrets, as one line of at most 200 characters. */
  redact(text: string): string {
    let clean = text
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[redacted]')
    clean = clean.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
    return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH - 1)}…` : clean
  }
}

function collect(value: unknown, into: Set<string>, known: ReadonlySet<string> = new Set()): void {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collect(part, into, known)
    return
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return
  addForms(String(value), into, known)
  // A header such as `Bearer …`: its parts are what a provider may quote. The scheme's own name is none of them.
  for (const part of String(value).split(/[\s,;]+/)) if (part.length >= SHORTEST_PART) addForms(part, into, known)
}

function addForms(secret: string, into: Set<string>, known: ReadonlySet<string>): void {
  if (secret.length < SHORTEST_SECRET || into.has(secret) || known.has(secret)) return
  into.add(secret)
  into.add(encodeURIComponent(secret))
  into.add(JSON.stringify(secret).slice(1, -1))
  into.add(Buffer.from(secret, 'utf8').toString('base64'))
}
