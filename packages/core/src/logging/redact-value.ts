import { isSecretName } from './redact-text.ts'

const REDACTED = '[redacted]'
const MAX_DEPTH = 8
const MAX_ITEMS = 100
const MAX_NODES = 1000
const MAX_TEXT = 4000

/** Copies a value for a log line: without secrets, without cycles, and never larger than a log line should be. */
export function redactValue(value: unknown, redact: (text: string) => string): unknown {
  return new Copy(redact).of(value)
}

/** A text cut to a bearable length before it is searched, and searched before it is shown. */
export function boundedText(text: string, redact: (text: string) => string): string {
  // Cut first, so that a huge text costs little; a secret that the cut divides is shown by less than it takes to use it.
  if (text.length <= MAX_TEXT) return redact(text)
  return `${redact(text.slice(0, MAX_TEXT + OVERLAP)).slice(0, MAX_TEXT)}… (${String(text.length)} characters)`
}

// So much more is searched than is shown: most secrets are shorter, and are then never divided.
const OVERLAP = 500

class Copy {
  readonly #redact: (text: string) => string
  /** The objects that the one in hand stands in: one that is met again is a cycle. */
  readonly #above = new Set<object>()
  #nodes = 0

  constructor(redact: (text: string) => string) {
    this.#redact = redact
  }

  of(value: unknown): unknown {
    if (typeof value === 'string') return boundedText(value, this.#redact)
    // A number can be a credential too; one that is not comes back as it was.
    if (typeof value === 'number') return this.#redact(String(value)) === String(value) ? value : REDACTED
    if (typeof value === 'bigint') return this.#redact(value.toString())
    if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
    if (typeof value !== 'object' || value === null) return value
    this.#nodes += 1
    if (this.#above.has(value)) return '[circular]'
    if (this.#above.size >= MAX_DEPTH || this.#nodes > MAX_NODES) return '[…]'
    this.#above.add(value)
    try {
      return this.#object(value)
    } catch {
      // A getter or a proxy that throws.
      return '[unreadable]'
    } finally {
      this.#above.delete(value)
    }
  }

  #object(value: object): unknown {
    if (value instanceof Error) return this.#error(value)
    if (value instanceof Date) return value
    if (value instanceof URL) return this.of(value.href)
    if (value instanceof URLSearchParams) return REDACTED
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${String(value.byteLength)} bytes]`
    if (Array.isArray(value) || value instanceof Set) return this.#list([...value])
    if (value instanceof Map || value instanceof Headers)
      return this.#fields([...value].map(([k, v]) => [String(k), v]))
    return this.#fields(Object.keys(value).map((name) => [name, Reflect.get(value, name)]))
  }

  #list(items: readonly unknown[]): unknown[] {
    const copy = items.slice(0, MAX_ITEMS).map((item) => this.of(item))
    return items.length > MAX_ITEMS ? [...copy, `… ${String(items.length - MAX_ITEMS)} more`] : copy
  }

  #fields(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
    const copy: [string, unknown][] = entries
      .slice(0, MAX_ITEMS)
      .map(([name, value]) => [
        boundedText(name, this.#redact),
        isSecretName(name) && !isHarmless(value) ? REDACTED : this.of(value),
      ])
    if (entries.length > MAX_ITEMS) copy.push(['…', `${String(entries.length - MAX_ITEMS)} more`])
    return Object.fromEntries(copy)
  }

  /** Without a prototype, so that a logger's own way with errors takes the name that stands here. */
  #error(error: Error): Record<string, unknown> {
    const { name, message, stack, cause } = error
    const own = Object.keys(error)
      .filter((key) => !ERROR_FIELDS.has(key))
      .map((key): [string, unknown] => [key, Reflect.get(error, key)])
    const copy: Record<string, unknown> = {
      __proto__: null,
      name: this.of(name),
      message: this.of(message),
      stack: this.of(stack),
      ...this.#fields(own),
    }
    if (cause !== undefined) copy.cause = this.of(cause)
    if (error instanceof AggregateError) copy.errors = this.of(error.errors)
    return copy
  }
}

const ERROR_FIELDS: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause'])

// `tokenExpired: true` says something and gives nothing away.
const isHarmless = (value: unknown): boolean => typeof value === 'boolean' || value === null || value === undefined
