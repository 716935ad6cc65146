import { KnownValues } from './known-values.ts'
import type { Replacements } from './replacements.ts'
import { countsThings, isPlainId, isPlainParameter, kindByName, namesId } from './scrub-rules.ts'
import type { ScrubKind, ScrubRules } from './scrub-rules.ts'
import type { SecretForms } from './secret-forms.ts'

/** What scrubbing stands on. */
export interface ScrubParts {
  readonly rules: ScrubRules
  readonly secrets: SecretForms
  readonly replacements: Replacements
  /** The placeholder of each real origin. */
  readonly origins: ReadonlyMap<string, string>
}

/** What stands in a fixture for any value of a request. */
export const ANYTHING = '*'

const ELSEWHERE = 'https://elsewhere.example'
const PARAMETER_VALUE = /^[\w\s.,:*$()/[\]-]*$/
const IDENTIFIER = /^[A-Za-z_$][\w$:-]*$/
const LONGEST_NAME = 60
const MOST_WORDS = 5

/** Replaces values, one by one. What nobody vouches for is replaced. */
export class ScrubbedValues {
  /** Every real text that was replaced so far. */
  readonly known = new KnownValues()
  /** Names of fields of which a text was kept. */
  readonly kept = new Set<string>()
  readonly #parts: ScrubParts

  constructor(parts: ScrubParts) {
    this.#parts = parts
  }

  /** What stands for an origin. */
  originOf(origin: string): string {
    return this.#parts.origins.get(origin) ?? ELSEWHERE
  }

  /** Any JSON of an answer. @param path the names of the fields that lead to it */
  json(path: readonly string[], value: unknown): unknown {
    if (typeof value === 'string') return this.text(path, value)
    if (typeof value === 'number' || typeof value === 'bigint') return this.#number(path, value)
    if (Array.isArray(value)) return value.map((item) => this.json(path, item))
    if (typeof value !== 'object' || value === null) return value
    const data = this.#keysAreData(path, Object.keys(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.#key(path, key, data), this.json([...path, key], item)]),
    )
  }

  /** A text of an answer. */
  text(path: readonly string[], text: string): string {
    const { secrets, replacements } = this.#parts
    if (secrets.isIn(text) || secrets.isIn(decoded(text))) return this.#replace(text, replacements.opaque(text))
    const name = path.at(-1) ?? ''
    const ruled = this.#ruled(path)
    if (ruled === 'keep') return this.#keep(name, text)
    // Nothing but zeros and signs, such as an absent day.
    if (!/[1-9\p{L}]/u.test(text)) return text
    return this.#as(ruled ?? kindByName(name, text) ?? kindByShape(text), name, text)
  }

  /** A URL of an answer, so that a request for it matches. */
  url(text: string): string {
    const { replacements, origins } = this.#parts
    const relative = text.startsWith('/')
    const url = URL.parse(text, relative ? ELSEWHERE : undefined)
    if (!url) return replacements.opaque(text)
    const origin = relative ? '' : (origins.get(url.origin) ?? ELSEWHERE)
    if (origin === ELSEWHERE)
      return `${ELSEWHERE}/${replacements
        .opaque(url.href)
        .replaceAll(/[^A-Za-z\d]/g, '')
        .slice(-24)}`
    const path = this.path(url.pathname, (segment) => replacements.opaque(segment))
    const parameters = new URLSearchParams()
    for (const [name, value] of url.searchParams) {
      const made = this.parameter(name, value)
      parameters.append(name, made === ANYTHING ? replacements.opaque(value) : made)
    }
    const query = parameters.toString()
    return `${origin}${path}${query === '' ? '' : `?${query}`}`
  }

  /** The path of a URL. @param instead what stands for a part that must not be shown */
  path(path: string, instead: (segment: string) => string = () => ANYTHING): string {
    const { secrets } = this.#parts
    return path
      .split('/')
      .map((segment) => {
        const plain = decoded(segment)
        if (secrets.isIn(plain)) return instead(segment)
        const replacement = this.known.replacementOf(plain)
        if (replacement !== undefined) return encodeURIComponent(replacement)
        const shown = segment === '' || /^[A-Za-z][\w.-]*$/.test(segment) || isPlainId(segment)
        return shown && !this.known.isIn(plain) ? segment : instead(segment)
      })
      .join('/')
  }

  /** A parameter of a request: as the adapter sends it in a replay, or {@link ANYTHING}. */
  parameter(name: string, value: string): string {
    const { rules, secrets, replacements } = this.#parts
    if (secrets.isIn(value)) return ANYTHING
    if (rules.parameters?.includes(name) === true || isPlainParameter(name)) {
      return PARAMETER_VALUE.test(value) && !this.known.isIn(value) ? value : ANYTHING
    }
    const replacement = this.known.replacementOf(value)
    if (replacement !== undefined) return replacement
    if (namesId(name) && isPlainId(value)) return value
    // A time comes from an answer, and was moved there; a day alone may come from the adapter's own clock.
    return (/^\d{4}-\d\d-\d\dT/.test(value) ? replacements.date(value) : undefined) ?? ANYTHING
  }

  /** The body of a request. */
  parameters(name: string, value: unknown): unknown {
    if (typeof value === 'string') return this.parameter(name, value)
    if (Array.isArray(value)) return value.map((item) => this.parameters(name, item))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.parameters(key, item)]))
    }
    if (typeof value !== 'number' && typeof value !== 'bigint') return value
    return countsThings(name) || isPlainParameter(name) || namesId(name) ? value : ANYTHING
  }

  /** A header of an answer. */
  header(name: string, value: string): string | undefined {
    const { secrets, replacements } = this.#parts
    if (secrets.isIn(value)) return undefined
    if (name === 'date') return replacements.httpDate(value)
    if (name === 'location') return this.url(value)
    if (name === 'link') return value.replaceAll(/<([^>]*)>/g, (_whole, url: string) => `<${this.url(url)}>`)
    if (name === 'content-type' || /^[\d.,;= ]*$/.test(value)) return value
    return (name === 'retry-after' ? replacements.httpDate(value) : undefined) ?? replacements.text(value)
  }

  #as(kind: ScrubKind, name: string, text: string): string {
    const { replacements } = this.#parts
    switch (kind) {
      case 'keep':
        return this.known.isIn(text) ? this.#replace(text, replacements.name(text)) : this.#keep(name, text)
      case 'id':
        return isPlainId(text) ? text : this.#as(kindByShape(text), name, text)
      case 'date':
        return replacements.date(text) ?? this.#replace(text, replacements.text(text))
      case 'birth':
        return this.#replace(text, replacements.birth(text) ?? replacements.text(text))
      case 'url':
        return this.#replace(text, this.url(text))
      case 'opaque':
        return this.#replace(text, isUrl(text) ? this.url(text) : replacements.opaque(text))
      case 'email':
        return text.includes('@') ? this.#email(text) : this.#replace(text, replacements.name(text))
      case 'digits':
        return this.#replace(text, isAmount(text) ? replacements.digits(text) : replacements.name(text))
      case 'name':
        return this.#replace(text, replacements.name(text))
      case 'text':
        return this.#replace(text, replacements.text(text))
    }
  }

  #email(text: string): string {
    const made = this.#parts.replacements.email(text)
    // Its first half is a name to sign in with in many places.
    this.known.add(text.split('@')[0] ?? '', made.split('@')[0] ?? '')
    return this.#replace(text, made)
  }

  #number(path: readonly string[], value: number | bigint): number | bigint {
    const { replacements } = this.#parts
    const name = path.at(-1) ?? ''
    const ruled = this.#ruled(path)
    if (ruled === 'keep' || ruled === 'id' || value === 0 || value === 1) return value
    if (ruled === undefined && (countsThings(name) || namesId(name))) return value
    const text = String(value)
    const made = replacements.digits(text)
    this.known.add(text, made)
    return typeof value === 'bigint' ? BigInt(made) : Number(made)
  }

  #key(path: readonly string[], key: string, data: boolean): string {
    const { secrets, replacements } = this.#parts
    if (secrets.isIn(key)) return replacements.opaque(key)
    if (isPlainId(key)) return key
    const moved = replacements.date(key)
    if (moved !== undefined) return moved
    return data ? this.#as(kindByShape(key), path.at(-1) ?? '', key) : (this.known.replacementOf(key) ?? key)
  }

  /** Whether the keys of an object are data: one that is no name of a field makes all of them suspect. */
  #keysAreData(path: readonly string[], keys: readonly string[]): boolean {
    const named = this.#parts.rules.dataKeys ?? []
    if (named.some((pattern) => endsWith(path, pattern))) return true
    return keys.some(
      (key) => !IDENTIFIER.test(key) && !isPlainId(key) && this.#parts.replacements.date(key) === undefined,
    )
  }

  #ruled(path: readonly string[]): ScrubKind | undefined {
    const rules = Object.entries(this.#parts.rules.fields ?? {}).filter(([pattern]) => endsWith(path, pattern))
    // The longest path says most.
    return rules.toSorted(([left], [right]) => right.length - left.length)[0]?.[1]
  }

  #keep(name: string, text: string): string {
    this.kept.add(name)
    return text
  }

  #replace(text: string, made: string): string {
    this.known.add(text, made)
    return made
  }
}

function kindByShape(text: string): ScrubKind {
  if (isUrl(text)) return 'url'
  if (/^\d{4}-\d\d-\d\d(?:$|[T ]\d\d:)/.test(text)) return 'date'
  if (/^\S+@\S+$/.test(text)) return 'email'
  if (isAmount(text)) return 'digits'
  return text.length <= LONGEST_NAME && text.trim().split(/\s+/).length <= MOST_WORDS ? 'name' : 'text'
}

function isUrl(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) || /^\/[\w.~%-]+\/[\w.~%/-]*(?:\?\S*)?$/.test(text)
}

/** Digits with signs between them, and at most a currency. */
function isAmount(text: string): boolean {
  return /^[^\p{L}]*\d[^\p{L}]*(?:\b[A-Z]{3})?$/u.test(text)
}

function endsWith(path: readonly string[], pattern: string): boolean {
  const parts = pattern.split('.')
  const end = path.slice(-parts.length)
  return end.length === parts.length && parts.every((part, at) => part === '*' || part === end[at])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Not percent-encoded: it stands for itself.
  }
}
