/** A value that JSON text can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object, such as a connection's settings. */
export type JsonObject = Readonly<Record<string, Json>>

// In every Node.js we support, and not yet in TypeScript's own library.
const { rawJSON: rawJson } = JSON as JSON & { readonly rawJSON: (text: string) => unknown }

// Undefined for what JSON has no word for, which TypeScript's own type leaves out.
const stringify: (value: unknown, replacer?: (key: string, value: unknown) => unknown) => string | undefined =
  JSON.stringify

const keepBigIntegers = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? rawJson(value.toString()) : value

/**
 * Writes a value as JSON text; a `bigint` becomes the same digits, unquoted.
 * The plain writer is tried first because it is twice as fast and big integers are rare.
 */
export function toJsonText(value: unknown): string {
  try {
    return stringify(value) ?? 'null'
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // What cannot be written at all (a cycle) throws here again.
    return stringify(value, keepBigIntegers) ?? 'null'
  }
}

// 16 digits or points in a row: fewer digits always fit a double. Spelled out, because the engine then skips through the text
// sixteen characters at a time; `{16}` made it twenty times as slow.
const LONG_NUMBER = new RegExp('[\\d.]'.repeat(16))

/**
 * Reads JSON text without losing digits: an integer beyond 2^53 becomes a `bigint` of exactly those digits, and a
 * fraction that a double cannot hold becomes the string that stood in the text. Everything else is as `JSON.parse`.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseJsonText(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text)
  return JSON.parse(text, exactNumber)
}

function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || source.length < 16) return value
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source)
  return sameDigits(source, String(value)) ? value : source
}

function sameDigits(source: string, written: string): boolean {
  return significant(source) === significant(written)
}

function significant(text: string): string {
  const [mantissa = ''] = text.toLowerCase().split('e')
  return mantissa.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')
}
