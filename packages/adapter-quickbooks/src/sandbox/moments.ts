const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A moment as the vendor writes it in MetaData: to the second, with the offset of US Pacific time (sheet: Quirks). */
export function toMoment(ms: number): string {
  const hours = isPacificSummer(ms) ? 7 : 8
  return `${new Date(ms - hours * HOUR_MS).toISOString().slice(0, 19)}-0${String(hours)}:00`
}

/** A moment with milliseconds, as answers state their `time`. */
export function toAnswerTime(ms: number): string {
  const hours = isPacificSummer(ms) ? 7 : 8
  return `${new Date(ms - hours * HOUR_MS).toISOString().slice(0, 23)}-0${String(hours)}:00`
}

/** A calendar day as the vendor writes it. */
export function toDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The second that a moment lies in: nothing finer is kept. */
export const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/

/**
 * Reads a moment of a question, in milliseconds since 1970: ISO 8601 with an offset or `Z`, or a day. Undefined for anything
 * else: a time without a zone would mean another moment on every machine.
 */
export function readMoment(text: string): number | undefined {
  if (!MOMENT.test(text)) return undefined
  const ms = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(ms) ? undefined : ms
}

// US Pacific time is at -07:00 from the second Sunday of March, 10:00 UTC, to the first Sunday of November, 9:00 UTC.
function isPacificSummer(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear()
  let bounds = summers.get(year)
  if (!bounds) {
    bounds = { start: sunday(year, 2, 2) + 10 * HOUR_MS, end: sunday(year, 10, 1) + 9 * HOUR_MS }
    summers.set(year, bounds)
  }
  return ms >= bounds.start && ms < bounds.end
}

// Every row has two moments, and there are only so many years.
const summers = new Map<number, { readonly start: number; readonly end: number }>()

function sunday(year: number, month: number, nth: number): number {
  const first = Date.UTC(year, month, 1)
  return first + (((7 - new Date(first).getUTCDay()) % 7) + (nth - 1) * 7) * DAY_MS
}
