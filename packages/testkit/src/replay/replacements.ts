import { createHmac } from 'node:crypto'

const DAY_MS = 86_400_000
const FIRST_BIRTHDAY = Date.UTC(1955, 0, 1)
/** In days: 45 years. */
const BIRTHDAYS = 365 * 45

/**
 * Makes up what stands in a fixture instead of a real value: the same for the same value, and nothing that could be undone
 * without the key, which is thrown away after the recording.
 */
export class Replacements {
  readonly #key: string
  readonly #days: number

  constructor(key: string) {
    this.#key = key
    // Back by one to five years.
    this.#days = -(365 + (this.#number('days', '') % (365 * 4)))
  }

  /** Other words of the same number and case; the same word becomes the same word wherever it stands. */
  name(text: string): string {
    return this.#words(text, 'word', '')
  }

  /** Other words, which the same word does not become elsewhere: what is said often would give itself away. */
  text(text: string): string {
    return this.#words(text, 'text', text)
  }

  /** Other digits, and nothing else: amounts, telephone numbers. */
  digits(text: string): string {
    const random = this.#stream('digits', text)
    return text.replaceAll(/\d+/g, (run) => otherDigits(run, random))
  }

  email(text: string): string {
    const random = this.#stream('email', text.toLowerCase())
    return `${word(random, 6)}.${word(random, 4)}@example.com`
  }

  /** As many characters of the same sort. */
  opaque(text: string): string {
    const random = this.#stream('opaque', text)
    return text.replaceAll(/[A-Za-z\d]|[^\x20-\x7e]/g, (character) => {
      if (/\d/.test(character)) return pick(random, '0123456789')
      return pick(random, /[A-Z]/.test(character) ? UPPER : LOWER)
    })
  }

  /** A day moved by as much as every other one, at the same time of day. Undefined for what is no day. */
  date(text: string): string | undefined {
    const match = /^(\d{4}-\d\d-\d\d)(.*)$/s.exec(text)
    const day = match ? dayOf(match[1] ?? '') : NaN
    if (Number.isNaN(day)) return undefined
    return `${dayText(day + this.#days * DAY_MS)}${match?.[2] ?? ''}`
  }

  /** The `Date` header, moved by as much. */
  httpDate(text: string): string | undefined {
    const time = Date.parse(text)
    return Number.isNaN(time) ? undefined : new Date(time + this.#days * DAY_MS).toUTCString()
  }

  /** Another day of another year, in the same notation. Undefined for what is no day. */
  birth(text: string): string | undefined {
    const match = /^(\d{4}-\d\d-\d\d)(.*)$/s.exec(text)
    if (!match || Number.isNaN(dayOf(match[1] ?? ''))) return undefined
    const random = this.#number('birth', text) % BIRTHDAYS
    const made = dayText(FIRST_BIRTHDAY + random * DAY_MS)
    return (
      (made === match[1] ? dayText(FIRST_BIRTHDAY + ((random + 99) % BIRTHDAYS) * DAY_MS) : made) + (match[2] ?? '')
    )
  }

  #words(text: string, kind: string, whole: string): string {
    let place = 0
    return text.replaceAll(/[\p{L}\p{M}\p{N}]+/gu, (run) => {
      place += 1
      const seed = whole === '' ? run.toLowerCase() : `${String(place)}/${whole}`
      const random = this.#stream(kind, seed)
      if (!/^[A-Za-z]{2,}$/.test(run)) return otherCharacters(run, random)
      const made = word(random, 4 + (random() % 4))
      if (run === run.toUpperCase()) return made.toUpperCase()
      return /^[A-Z]/.test(run) ? made.charAt(0).toUpperCase() + made.slice(1) : made
    })
  }

  #number(kind: string, text: string): number {
    return this.#digest(kind, text, 0).readUInt32BE(0)
  }

  /** Bytes that follow from the key, the kind and the text, without end. */
  #stream(kind: string, text: string): () => number {
    let block = this.#digest(kind, text, 0)
    let at = 0
    let count = 0
    return () => {
      if (at === block.length) {
        count += 1
        block = this.#digest(kind, text, count)
        at = 0
      }
      const byte = block[at] ?? 0
      at += 1
      return byte
    }
  }

  #digest(kind: string, text: string, count: number): Buffer {
    return createHmac('sha256', this.#key)
      .update(`${kind}\0${String(count)}\0${text}`)
      .digest()
  }
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const CONSONANTS = 'bdfgklmnprstvz'
const VOWELS = 'aeiou'

// Letters to choose from, by script: what is not Latin must not become Latin, or nobody would notice what that breaks.
const SCRIPTS: readonly (readonly [pattern: RegExp, letters: string])[] = [
  [/\p{Script=Latin}/u, 'éèàöüñøåžł'],
  [/\p{Script=Greek}/u, 'αβγδεικλνο'],
  [/\p{Script=Cyrillic}/u, 'абвгдеиклн'],
  [/\p{Script=Hebrew}/u, 'אבגדהוזחטל'],
  [/\p{Script=Arabic}/u, 'ابتجدرسعلم'],
  [/\p{Script=Han}/u, '山川木水火石田中天心'],
  [/\p{Script=Hiragana}/u, 'あいうえおかきくけこ'],
  [/\p{Script=Katakana}/u, 'アイウエオカキクケコ'],
  [/\p{Script=Hangul}/u, '가나다라마바사아자차'],
  [/\p{Script=Devanagari}/u, 'अकगतदनपमरल'],
]

function word(random: () => number, length: number): string {
  let made = ''
  while (made.length < length) made += pick(random, made.length % 2 === 0 ? CONSONANTS : VOWELS)
  return made
}

function otherCharacters(run: string, random: () => number): string {
  return Array.from(run, (character) => {
    if (/\p{N}/u.test(character)) return pick(random, '0123456789')
    if (/[a-z]/.test(character)) return pick(random, LOWER)
    if (/[A-Z]/.test(character)) return pick(random, UPPER)
    if (/\p{M}/u.test(character)) return ''
    const letters = SCRIPTS.find(([pattern]) => pattern.test(character))?.[1] ?? LOWER
    const made = pick(random, letters)
    return character === character.toUpperCase() ? made.toUpperCase() : made
  }).join('')
}

function otherDigits(run: string, random: () => number): string {
  const made = run.replaceAll(/\d/g, () => pick(random, '0123456789'))
  // A number does not begin with zero unless it did.
  return run.startsWith('0') ? made : pick(random, '123456789') + made.slice(1)
}

function pick(random: () => number, letters: string): string {
  const all = Array.from(letters)
  return all[random() % all.length] ?? ''
}

function dayOf(text: string): number {
  const time = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(time) || dayText(time) !== text ? NaN : time
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
