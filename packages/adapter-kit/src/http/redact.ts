const SHORTEST_SECRET = 4
const SHORTEST_PART = 8
const MAX_LENGTH = 200
// Tokens are renewed: a long-lived connection must not collect them for ever.
const MAX_SECRETS = 200

/** Makes text of a provider fit for a message: one short line, without control characters and without any credential. */
export class Redactor {
  #secrets: readonly string[] = []

  /** @param credentials the connection's, whatever their shape. */
  constructor(credentials: unknown) {
    this.learn(credentials)
  }

  /** Takes further secrets: the headers that sign a request hold them in yet another form. */
  learn(source: unknown): void {
    const secrets = new Set(this.#secrets)
    collect(source, secrets)
    // Longest first: a secret that contains another one goes as a whole.
    if (secrets.size > this.#secrets.length) {
      this.#secrets = [...secrets].sort((left, right) => right.length - left.length).slice(0, MAX_SECRETS)
    }
  }

  /** The text without secrets, as one line of at most 200 characters. */
  redact(text: string): string {
    let clean = text
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[redacted]')
    clean = clean.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
    return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH - 1)}…` : clean
  }
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collect(part, into)
    return
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return
  addForms(String(value), into)
  // A header such as `Bearer …`: its parts are what a provider may quote. The scheme's own name is none of them.
  for (const part of String(value).split(/[\s,;]+/)) if (part.length >= SHORTEST_PART) addForms(part, into)
}

function addForms(secret: string, into: Set<string>): void {
  if (secret.length < SHORTEST_SECRET || into.has(secret)) return
  into.add(secret)
  into.add(encodeURIComponent(secret))
  into.add(JSON.stringify(secret).slice(1, -1))
  into.add(Buffer.from(secret, 'utf8').toString('base64'))
}
