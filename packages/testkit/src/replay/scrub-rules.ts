/**
 * What becomes of a value. `keep`: stands as it came. `id`: kept when it is a number, a UUID or the like, else replaced. `name`:
 * other words, the same for the same word everywhere. `text`: other words. `email`, `date` (all moved by one amount), `birth`
 * (another day of another year), `digits` (other digits, nothing else), `url` (a placeholder's), `opaque` (other characters).
 */
export type ScrubKind = 'keep' | 'id' | 'name' | 'text' | 'email' | 'digits' | 'date' | 'birth' | 'url' | 'opaque'

/** What an adapter knows of its provider's answers beside what is true of all. */
export interface ScrubRules {
  /**
   * By the name of a field, or the end of its path (`type.name`), in answers and in the bodies of requests. Wins over what
   * the name would say by itself.
   */
  readonly fields?: Readonly<Record<string, ScrubKind>> | undefined
  /** Fields that hold a map whose keys are data, such as people's names. */
  readonly dataKeys?: readonly string[] | undefined
  /** Parameters of queries and fields of request bodies that hold nothing of anybody, by name: `include`, `page[limit]`. */
  readonly parameters?: readonly string[] | undefined
  /** Headers of answers to keep beside `content-type`, `date`, `link`, `location` and `retry-after`. */
  readonly headers?: readonly string[] | undefined
}

/** Headers of answers that adapters read, and which tell of nobody. */
export const SAFE_HEADERS: readonly string[] = ['content-type', 'date', 'link', 'location', 'retry-after']

// Names in lower case without separators. The first that fits counts; secrets come before everything.
const BY_NAME: readonly (readonly [pattern: RegExp, kind: ScrubKind])[] = [
  [/token|secret|password|passwd|apikey|privatekey|signature|assertion|authorization|cookie|session|nonce/, 'opaque'],
  [/cursor|continuation|^next$|^prev$|^previous$|^after$|^before$|etag/, 'opaque'],
  [/birth|^dob$/, 'birth'],
  [/mail/, 'email'],
  [
    /ssn|^sin$|socialins|socialsec|nationalid|national(insurance|number)|passport|taxid|licen[cs]e|health(card|number)/,
    'text',
  ],
  [/employeenumber|membernumber|accountnumber|policynumber|iban|badge/, 'text'],
  [/notes?$|comment|description|reason|message|summary|remark|body|detail/, 'text'],
]

// Words of an interface, whose values are one of a few.
const ENUMERATIONS =
  /^(status|type|action|event|kind|object|units?|currency(code)?|frequency|format|archived|manageable|multiple|paytype|payper|paidper|payperiod|tokentype|granttype)$/
const ENUMERATION_VALUE = /^[A-Za-z][A-Za-z0-9]*(?:[ _.:/-][A-Za-z0-9]+){0,3}$/
const LONGEST_ENUMERATION = 32

const COUNTS =
  /^(total|totalitems|totalpages|totalcount|totalresults|count|limit|page|pagesize|perpage|offset|size|top|skip|expiresin|code|statuscode|version|hasmore)$/

const PARAMETERS =
  /^(fields?|select|expand|include|exclude\w*|sort|sortby|order|orderby|page|limit|pagesize|perpage|offset|count|top|skip|format|type|status|action|mode|request|granttype|version)$/

const SENSITIVE_ID = /tax|national|government|social|ssn|passport|licen|insurance|health|badge|login|user(name)$/i

/** A number, a UUID, or hexadecimal digits, and not a word that someone chose. */
const PLAIN_ID = /^(?:\d{1,20}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=[a-f]*\d)[\da-f]{16,64})$/i
/** Capitals with digits among them. */
const CODE = /^(?=[A-Z]*\d)[A-Z\d]{6,24}$/

/** The name of a field without what only separates words: `page[after]` is `after`, `Display Name` is `displayname`. */
export function plainName(name: string): string {
  const inner = [...name.matchAll(/\[(\w+)\]/g)].at(-1)?.[1] ?? name
  return inner.toLowerCase().replaceAll(/[^a-z\d]/g, '')
}

/** Whether a field is named as one that identifies something. */
export function namesId(name: string): boolean {
  const inner = [...name.matchAll(/\[(\w+)\]/g)].at(-1)?.[1] ?? name
  return /^(ids?|uuid|guid)$|[a-z\d](Id|ID)s?$|_ids?$/.test(inner) && !SENSITIVE_ID.test(inner)
}

/** Whether a text is an identifier that tells nothing of whom it identifies. */
export function isPlainId(text: string): boolean {
  return PLAIN_ID.test(text) || CODE.test(text)
}

/** What the name of a field says of a text in it, or undefined when only the text itself can tell. */
export function kindByName(name: string, text: string): ScrubKind | undefined {
  const plain = plainName(name)
  const [, kind] = BY_NAME.find(([pattern]) => pattern.test(plain)) ?? []
  if (kind !== undefined) return kind
  if (namesId(name)) return 'id'
  const short = text.length <= LONGEST_ENUMERATION && ENUMERATION_VALUE.test(text)
  return ENUMERATIONS.test(plain) && short ? 'keep' : undefined
}

/** Whether a number in this field counts something of the interface itself. */
export function countsThings(name: string): boolean {
  return COUNTS.test(plainName(name))
}

/** Whether a parameter of a request says how to answer and not about whom. */
export function isPlainParameter(name: string): boolean {
  return PARAMETERS.test(plainName(name))
}
