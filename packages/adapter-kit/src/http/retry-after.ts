// IMF-fixdate, the obsolete RFC 850 and asctime forms: Date.parse reads all three in UTC when a zone is given.
const DAY_NAME = /^(?:mon|tue|wed|thu|fri|sat|sun)/i

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, or undefined when there is none that can be read. A date is
 * measured from the answer's own `Date`, so that a clock of ours that is wrong changes nothing; without one from `now`.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+(?:\.\d+)?$/.test(value)) return toWait(Number(value) * 1000)
  if (!DAY_NAME.test(value)) return undefined
  const until = parseHttpDate(value)
  if (until === undefined) return undefined
  return toWait(until - (parseHttpDate(headers.get('date') ?? '') ?? now))
}

function parseHttpDate(text: string): number | undefined {
  const time = Date.parse(/(?:gmt|utc|z|[+-]\d{4})$/i.test(text) ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}

// A date far in the future is more likely a mistake than a wish, and would block the connection for good.
const LONGEST_MS = 7 * 24 * 3_600_000

const toWait = (ms: number): number => Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms)))
