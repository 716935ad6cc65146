const SHORTEST = 4
const SHORTEST_PART = 8
// Tokens are renewed and connections come and go: what was learned longest ago makes room.
const MAX_FORMS = 20_000
const MAX_DEPTH = 8

/**
 * Secrets that must not be seen, in the forms in which they could be: as they are, URL-encoded, JSON-escaped, in base64. A text
 * is searched for all of them at once, so that thousands of connections cost a log line no more than one.
 */
export class KnownSecrets {
  /** In the order in which they were learned. */
  readonly #forms = new Set<string>()
  /** By their first characters, and then by their length: many tokens of a vendor begin alike. */
  readonly #byStart = new Map<string, Map<number, Set<string>>>()

  /** Takes every text and number in a value, such as a connection's credentials. */
  learn(source: unknown): void {
    collect(source, (secret) => this.#add(secret), 0, new Set())
  }

  /** The text with `[redacted]` in place of every known secret. */
  redact(text: string): string {
    if (this.#forms.size === 0) return text
    let clean = ''
    let kept = 0
    for (let at = 0; at <= text.length - SHORTEST; at += 1) {
      const length = this.#longestAt(text, at)
      if (length === 0) continue
      clean += `${text.slice(kept, at)}[redacted]`
      kept = at + length
      at = kept - 1
    }
    return clean + text.slice(kept)
  }

  /** A secret that contains another one goes as a whole. */
  #longestAt(text: string, at: number): number {
    let longest = 0
    for (const [length, forms] of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
      if (length > longest && forms.has(text.slice(at, at + length))) longest = length
    }
    return longest
  }

  #add(secret: string): void {
    for (const form of formsOf(secret)) {
      // Learned again, it is as good as new.
      if (this.#forms.delete(form)) this.#forms.add(form)
      else this.#put(form)
    }
    for (const oldest of this.#forms) {
      if (this.#forms.size <= MAX_FORMS) return
      this.#drop(oldest)
    }
  }

  #put(form: string): void {
    this.#forms.add(form)
    const start = form.slice(0, SHORTEST)
    const byLength = this.#byStart.get(start) ?? new Map<number, Set<string>>()
    this.#byStart.set(start, byLength)
    const alike = byLength.get(form.length) ?? new Set()
    byLength.set(form.length, alike.add(form))
  }

  #drop(form: string): void {
    this.#forms.delete(form)
    const start = form.slice(0, SHORTEST)
    const byLength = this.#byStart.get(start)
    const alike = byLength?.get(form.length)
    alike?.delete(form)
    if (alike?.size === 0) byLength?.delete(form.length)
    if (byLength?.size === 0) this.#byStart.delete(start)
  }
}

function collect(value: unknown, add: (secret: string) => void, depth: number, seen: Set<unknown>): void {
  if (typeof value === 'object' && value !== null) {
    if (depth >= MAX_DEPTH || seen.has(value)) return
    seen.add(value)
    for (const part of Object.values(value)) collect(part, add, depth + 1, seen)
    return
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return
  const text = String(value)
  add(text)
  // A header such as `Bearer …`: its parts are what may be quoted. The scheme's own name is none of them.
  for (const part of text.split(/[\s,;]+/)) if (part.length >= SHORTEST_PART && part !== text) add(part)
}

function formsOf(secret: string): ReadonlySet<string> {
  if (secret.length < SHORTEST) return new Set()
  const base64 = Buffer.from(secret, 'utf8').toString('base64')
  return new Set([
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'),
  ])
}
